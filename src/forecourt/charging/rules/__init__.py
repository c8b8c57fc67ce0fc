"""Calculations and decisions of charging, pure Python: who may charge and who pays, meters, energy, stops, names."""
