"""Reads of charging: what stations' messages need (`sessions`, `holders`), lists and details (`charges`), energy and cost."""
