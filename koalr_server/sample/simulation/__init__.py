"""What the sample's real data lack, simulated from one seed (pure: no clock, no unseeded chance, no I/O)."""

from koalr_server.sample.simulation.organisation import Simulation, simulate

__all__ = ["Simulation", "simulate"]
