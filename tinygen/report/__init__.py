"""Stage `report`: all that was measured, as one `Report`, shown as text, JSON and HTML."""
