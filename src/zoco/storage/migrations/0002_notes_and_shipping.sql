-- What a seller writes to himself about an order; nobody else reads it (contract 9).
CREATE TABLE order_notes (
    id TEXT PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES orders (id),
    note TEXT NOT NULL,
    date_created BIGINT NOT NULL,
    date_last_updated BIGINT NOT NULL
);
CREATE INDEX order_notes_of_order ON order_notes (order_id, date_created, id);

-- Whose questions a seller does not want; order_blacklist's twin (contract 10.2).
CREATE TABLE IF NOT EXISTS questions_blacklist (
    seller_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    date_created BIGINT NOT NULL,
    reason TEXT,
    PRIMARY KEY (seller_id, user_id)
);
CREATE INDEX order_blacklist_of_seller ON order_blacklist (seller_id, date_created, user_id);
CREATE INDEX questions_blacklist_of_seller ON questions_blacklist (seller_id, date_created, user_id);

-- What buyer and carrier say of the way of the goods (A-39); shipping_cost is there already.
ALTER TABLE orders ADD COLUMN shipping_status TEXT NOT NULL DEFAULT 'to_be_agreed'
    CHECK (shipping_status IN ('to_be_agreed', 'pending', 'ready_to_ship', 'shipped', 'delivered',
        'not_delivered'));
ALTER TABLE orders ADD COLUMN shipping_address TEXT;
ALTER TABLE orders ADD COLUMN shipping_comments TEXT;
ALTER TABLE orders ADD COLUMN shipping_date_created BIGINT;

-- What the marketplace charges its seller for an order, written once, when it expires (A-40); the
-- rate is a decimal as text. Each payment carries its part.
ALTER TABLE orders ADD COLUMN charge_rate TEXT;
ALTER TABLE orders ADD COLUMN charge_amount BIGINT CHECK (charge_amount >= 0);
ALTER TABLE orders ADD COLUMN charge_date BIGINT;
ALTER TABLE payments ADD COLUMN charged_amount BIGINT CHECK (charged_amount >= 0);

-- What the operator has decided of an order: a contradiction ended in the seller's favour (T26), and
-- why it was annulled (T20).
ALTER TABLE orders ADD COLUMN settled SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN invalid_reason TEXT;

-- Sellers who have been banned and whose live orders are still being cancelled (T19), and how far
-- that has come: past the order with this moment and id.
CREATE TABLE bans (
    seller_id BIGINT PRIMARY KEY,
    date_created BIGINT NOT NULL,
    done_created BIGINT NOT NULL,
    done_id BIGINT NOT NULL
);
