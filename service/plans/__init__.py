"""What people do with plans: create, edit with cascades, delete, clone; each use case gathers, decides, applies."""
