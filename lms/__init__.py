"""«Мастерская»: the online seminar cycle of a network of NGO resource centres."""
