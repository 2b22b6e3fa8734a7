"""The consumer that makes texts of events searchable: see docs/design/event-texts.md."""
