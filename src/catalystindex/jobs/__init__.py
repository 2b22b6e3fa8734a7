"""Background work: submissions, leases, lanes, compute workers, and the reconciler."""
