"""The app in the browser: pages that ask the rooms below and show what they say; no arithmetic of its own."""
