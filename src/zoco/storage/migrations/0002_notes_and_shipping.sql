-- What a seller writes to himself about an order; nobody else reads it (contract 9).
CREATE TABLE order_notes (
    id TEXT PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES orders (id),
    note TEXT NOT NULL,
    date_created BIGINT NOT NULL,
    date_last_updated BIGINT NOT NULL
);
CREATE INDEX order_notes_of_order ON order_notes (order_id, date_created, id);
