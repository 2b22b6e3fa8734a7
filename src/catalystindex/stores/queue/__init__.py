"""Wake-up calls for background work. The records say what there is to do; a call only says look."""
