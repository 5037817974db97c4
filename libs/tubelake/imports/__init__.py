"""Files of other people to rows: CSV of trending videos, labelled texts and faces."""
