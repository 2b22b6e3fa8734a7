"""Writing events out: one small class per format, behind one interface."""
