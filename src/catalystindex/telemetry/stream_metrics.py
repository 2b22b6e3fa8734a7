"""What the event stream counts and shows. Each label has a closed list of values."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from catalystindex.telemetry.bounded import Bounded
