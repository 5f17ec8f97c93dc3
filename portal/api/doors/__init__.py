"""Where platforms push to: no session, no cookie; each platform by its own secret. Bodies are stored, never decoded."""
