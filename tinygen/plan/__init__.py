"""Stage `plan`: where every buffer lies in RAM, with the bound it is measured against."""
