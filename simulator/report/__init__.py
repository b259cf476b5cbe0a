"""What people read and hand in: terminal texts, tables, sheets."""
