-- What people say to each other: questions before a sale (contract 15), and who may not ask (10.2).

CREATE SEQUENCE questions_id START 11436370001;

CREATE TABLE questions (
    id BIGINT PRIMARY KEY,
    item_id TEXT NOT NULL REFERENCES items (id),
    seller_id BIGINT NOT NULL,
    from_id BIGINT NOT NULL,
    application_id BIGINT NOT NULL,
    -- The seller of a vehicle sees who asks.
    vehicle SMALLINT NOT NULL,
    text TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('UNANSWERED', 'ANSWERED', 'CLOSED_UNANSWERED', 'UNDER_REVIEW',
        'BANNED', 'DELETED', 'DISABLED')),
    answer_text TEXT,
    answer_status TEXT,
    answer_date BIGINT,
    deleted_from_listing SMALLINT NOT NULL,
    date_created BIGINT NOT NULL,
    last_updated BIGINT NOT NULL,
    -- When it is deleted if nobody has answered it by then.
    delete_at BIGINT NOT NULL,
    CHECK ((answer_text IS NULL) = (answer_date IS NULL)),
    CHECK ((answer_text IS NULL) = (answer_status IS NULL)),
    CHECK (status <> 'ANSWERED' OR answer_date IS NOT NULL),
    CHECK (status NOT IN ('UNANSWERED', 'CLOSED_UNANSWERED', 'UNDER_REVIEW') OR answer_date IS NULL)
);
-- The columns after the id are what a search looks at: counting needs no other page of the database.
CREATE INDEX questions_of_seller
    ON questions (seller_id, date_created, id, status, deleted_from_listing, from_id);
CREATE INDEX questions_of_seller_by_status ON questions (seller_id, status, date_created, id);
CREATE INDEX questions_of_seller_by_item ON questions (seller_id, item_id, date_created, id);
CREATE INDEX questions_of_item
    ON questions (item_id, date_created, id, status, deleted_from_listing, from_id, seller_id);
CREATE INDEX questions_of_asker ON questions (from_id, date_created, id);
CREATE INDEX questions_of_asker_on_item ON questions (item_id, from_id, id);
CREATE INDEX questions_open ON questions (item_id) WHERE status IN ('UNANSWERED', 'UNDER_REVIEW');
CREATE INDEX questions_ageing ON questions (delete_at)
    WHERE status IN ('UNANSWERED', 'CLOSED_UNANSWERED', 'UNDER_REVIEW');

-- How many questions a seller has of each status: his list of a hundred thousand has a total that
-- nobody counts. Written with the questions themselves.
CREATE TABLE question_totals (
    seller_id BIGINT NOT NULL,
    status TEXT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (seller_id, status)
);

-- Another file may make the same table first.
CREATE TABLE IF NOT EXISTS questions_blacklist (
    seller_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    date_created BIGINT NOT NULL,
    reason TEXT,
    PRIMARY KEY (seller_id, user_id)
);

-- What the parties of an order write to each other (contract 16). The number is the order of a
-- conversation: whoever writes holds the lock of the order's row.
CREATE TABLE messages (
    seq {identity},
    id TEXT NOT NULL UNIQUE,
    order_id BIGINT NOT NULL REFERENCES orders (id),
    site_id TEXT NOT NULL,
    application_id BIGINT NOT NULL,
    seller_id BIGINT NOT NULL,
    from_id BIGINT NOT NULL,
    to_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    is_first SMALLINT NOT NULL,
    date_created BIGINT NOT NULL,
    date_read BIGINT,
    CHECK (from_id <> to_id)
);
CREATE INDEX messages_of_order ON messages (order_id, seq);
CREATE INDEX messages_unread ON messages (to_id, order_id, seller_id) WHERE date_read IS NULL;

-- Files, uploaded first and sent with a message afterwards; what no message takes is removed.
CREATE TABLE attachments (
    id TEXT PRIMARY KEY,
    owner_id BIGINT NOT NULL,
    site_id TEXT NOT NULL,
    original_filename TEXT NOT NULL,
    extension TEXT NOT NULL,
    size BIGINT NOT NULL CHECK (size > 0),
    body {bytes} NOT NULL,
    message_id TEXT REFERENCES messages (id),
    date_created BIGINT NOT NULL
);
CREATE INDEX attachments_of_message ON attachments (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX attachments_waiting ON attachments (date_created) WHERE message_id IS NULL;
CREATE INDEX attachments_waiting_of_owner ON attachments (owner_id) WHERE message_id IS NULL;
