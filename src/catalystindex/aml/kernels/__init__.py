"""Compiled functions of detectors: each looks at fresh rows and tells which ones matter."""
