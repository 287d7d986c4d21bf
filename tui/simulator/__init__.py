"""An exchange on loopback that speaks a real one's protocol, keeps the truth and can fail."""
