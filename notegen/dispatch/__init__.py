"""Decides which mail is due and has it sent: pure decisions and one loop."""
