-- The desk's own rows. Times are microseconds since 1970 in UTC, money whole minor units, booleans
-- 0 and 1, JSON opaque text. {identity} and {bytes} are the engine's own words.

-- PEOPLE

CREATE TABLE people (
    id {identity},
    username TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'staff', 'reader')),
    password_hash TEXT NOT NULL,
    locale TEXT,
    time_zone TEXT,
    date_created BIGINT NOT NULL,
    disabled SMALLINT NOT NULL DEFAULT 0
);

-- Only the SHA-256 of a session's token is kept: who reads the database cannot act as its people.
CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES people (id),
    csrf TEXT NOT NULL,
    date_created BIGINT NOT NULL,
    last_used BIGINT NOT NULL,
    address TEXT NOT NULL
);
CREATE INDEX sessions_person ON sessions (person_id);

-- Failed sign-ins, one row per account named (`account:ana`) and per address (`address:10.0.0.7`).
CREATE TABLE sign_in_failures (
    subject TEXT PRIMARY KEY,
    failures BIGINT NOT NULL,
    first_failed BIGINT NOT NULL
);

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- STORES

-- An application registered at a marketplace: what several stores are connected through.
CREATE TABLE applications (
    id {identity},
    base_url TEXT NOT NULL,
    auth_url TEXT NOT NULL,
    client_id BIGINT NOT NULL,
    client_secret {bytes},
    date_created BIGINT NOT NULL,
    UNIQUE (base_url, client_id)
);

CREATE TABLE stores (
    id {identity},
    application_id BIGINT NOT NULL REFERENCES applications (id),
    site_id TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    nickname TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('connected', 'reconnect_needed', 'disconnected')),
    state_reason TEXT,
    access_token {bytes},
    refresh_token {bytes},
    access_expires BIGINT,
    token_generation BIGINT NOT NULL DEFAULT 1,
    -- What the marketplace's clock shows when ours shows 0 (14).
    clock_offset BIGINT NOT NULL DEFAULT 0,
    world TEXT,
    import_state TEXT NOT NULL DEFAULT 'listings' CHECK (import_state IN ('listings', 'orders', 'done')),
    import_done BIGINT NOT NULL DEFAULT 0,
    import_total BIGINT,
    import_due BIGINT NOT NULL DEFAULT 0,
    import_problem TEXT,
    import_leased_until BIGINT,
    date_connected BIGINT NOT NULL,
    -- A connected store can speak for itself; any other has no tokens that could be used.
    CHECK (state <> 'connected' OR access_token IS NOT NULL),
    UNIQUE (application_id, account_id)
);
CREATE INDEX stores_account ON stores (account_id);

-- Who is spending a store's refresh token at this moment.
CREATE TABLE refresh_locks (
    store_id BIGINT PRIMARY KEY REFERENCES stores (id),
    holder TEXT NOT NULL,
    leased_until BIGINT NOT NULL
);

CREATE TABLE oauth_states (
    state_hash TEXT PRIMARY KEY,
    application_id BIGINT NOT NULL REFERENCES applications (id),
    person_id BIGINT NOT NULL REFERENCES people (id),
    verifier {bytes} NOT NULL,
    redirect_uri TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- NOTIFICATIONS

-- Every message as received, once. state: new, waiting (its resource is work), done, ignored, failed.
CREATE TABLE inbox (
    id {identity},
    dedup_key TEXT NOT NULL UNIQUE,
    message_id TEXT,
    application_id BIGINT,
    user_id BIGINT NOT NULL,
    topic TEXT NOT NULL,
    resource TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    sent BIGINT,
    received BIGINT,
    body {bytes} NOT NULL,
    address TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    copies BIGINT NOT NULL DEFAULT 1,
    state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'waiting', 'done', 'ignored', 'failed')),
    -- kept, unchanged, older, hidden, forbidden, not_found, not_ours, unknown_user, unknown_resource, ...
    outcome TEXT,
    store_id BIGINT,
    finished_at BIGINT
);
CREATE INDEX inbox_new ON inbox (id) WHERE state = 'new';
CREATE INDEX inbox_resource ON inbox (store_id, resource, id);
CREATE INDEX inbox_seen ON inbox (state, seen_at);

-- What has to be fetched, one row per store and resource however many messages told of it.
-- state: waiting (due at `due`), hidden (waits for another message), failed (waits for a person).
CREATE TABLE work (
    id {identity},
    store_id BIGINT NOT NULL REFERENCES stores (id),
    resource TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('order', 'item', 'payment')),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'hidden', 'failed')),
    -- Whether a topic other than created_orders told of it: then a 404 is an answer, not a promise.
    told_openly SMALLINT NOT NULL,
    told_at BIGINT NOT NULL,
    newest_message BIGINT,
    generation BIGINT NOT NULL DEFAULT 1,
    attempts BIGINT NOT NULL DEFAULT 0,
    due BIGINT NOT NULL,
    leased_until BIGINT,
    reason TEXT,
    request TEXT,
    answer TEXT,
    UNIQUE (store_id, resource)
);
CREATE INDEX work_waiting ON work (store_id, told_at, id) WHERE state = 'waiting';

-- ORDERS

-- One row per sale, the answer's bytes as they came, and columns for what lists sort and filter by.
CREATE TABLE orders (
    store_id BIGINT NOT NULL REFERENCES stores (id),
    order_id BIGINT NOT NULL,
    body {bytes} NOT NULL,
    status TEXT NOT NULL,
    -- ` paid not_delivered reservation `: a space on both sides, so that LIKE '% paid %' finds a tag.
    tags TEXT NOT NULL,
    date_created BIGINT NOT NULL,
    date_closed BIGINT,
    last_updated BIGINT NOT NULL,
    expiration_date BIGINT,
    buyer_id BIGINT NOT NULL,
    buyer_nickname TEXT,
    buyer_name TEXT,
    item_id TEXT NOT NULL,
    variation_id BIGINT,
    title TEXT NOT NULL,
    sku TEXT,
    quantity BIGINT NOT NULL,
    currency_id TEXT NOT NULL,
    total_amount BIGINT NOT NULL,
    paid_amount BIGINT NOT NULL,
    payments SMALLINT NOT NULL,
    reservation SMALLINT NOT NULL,
    delivered SMALLINT NOT NULL,
    -- Lower-case order id, buyer, title and SKU, for the search box.
    words TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    fetched_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, order_id)
);
CREATE INDEX orders_created ON orders (date_created, order_id);
CREATE INDEX orders_store_created ON orders (store_id, date_created, order_id);
CREATE INDEX orders_status ON orders (status, date_created, order_id);
CREATE INDEX orders_reservations ON orders (expiration_date) WHERE reservation = 1;
CREATE INDEX orders_item ON orders (store_id, item_id);

-- Append-only. `at` is the marketplace's moment, `seen_at` ours.
CREATE TABLE order_timeline (
    id {identity},
    store_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    data TEXT NOT NULL,
    source TEXT
);
CREATE INDEX order_timeline_order ON order_timeline (store_id, order_id, at, id);

-- Payments as the collector reads them.
CREATE TABLE collections (
    store_id BIGINT NOT NULL REFERENCES stores (id),
    payment_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    body {bytes} NOT NULL,
    status TEXT NOT NULL,
    last_updated BIGINT NOT NULL,
    released SMALLINT NOT NULL,
    money_release_date BIGINT,
    PRIMARY KEY (store_id, payment_id)
);
CREATE INDEX collections_order ON collections (store_id, order_id);

-- STOCK

CREATE TABLE products (
    id {identity},
    sku TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    date_created BIGINT NOT NULL
);

-- A store's item as last read; the ETag is the item's, also where the listings are its variations.
CREATE TABLE items (
    store_id BIGINT NOT NULL REFERENCES stores (id),
    item_id TEXT NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    sub_status TEXT NOT NULL,
    currency_id TEXT NOT NULL,
    price BIGINT NOT NULL,
    permalink TEXT,
    thumbnail TEXT,
    etag TEXT,
    body {bytes} NOT NULL,
    last_updated BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (store_id, item_id)
);

-- What can be sold in one store: an item (variation_id 0), or one variation of it.
CREATE TABLE listings (
    id {identity},
    store_id BIGINT NOT NULL,
    item_id TEXT NOT NULL,
    variation_id BIGINT NOT NULL DEFAULT 0,
    variation_name TEXT,
    sku TEXT,
    product_id BIGINT REFERENCES products (id),
    units_per_sale BIGINT NOT NULL DEFAULT 1 CHECK (units_per_sale >= 1),
    buffer BIGINT NOT NULL DEFAULT 0 CHECK (buffer >= 0),
    follow SMALLINT NOT NULL DEFAULT 1,
    -- Sales closed after this moment of the marketplace's clock move the product's stock.
    counted_from BIGINT,
    -- What our books say the marketplace shows, and what it showed when last read.
    believed BIGINT NOT NULL,
    actual BIGINT NOT NULL,
    actual_at BIGINT NOT NULL,
    target BIGINT,
    -- idle, pending (a push is due), refused (the marketplace said no; a person may try again)
    push_state TEXT NOT NULL DEFAULT 'idle' CHECK (push_state IN ('idle', 'pending', 'refused')),
    push_generation BIGINT NOT NULL DEFAULT 0,
    push_due BIGINT,
    push_attempts BIGINT NOT NULL DEFAULT 0,
    push_leased_until BIGINT,
    pushed_at BIGINT,
    refusal TEXT,
    refusal_request TEXT,
    refusal_answer TEXT,
    -- Read once more at this moment: the marketplace gave no ETag to write against.
    verify_due BIGINT,
    removed SMALLINT NOT NULL DEFAULT 0,
    UNIQUE (store_id, item_id, variation_id),
    FOREIGN KEY (store_id, item_id) REFERENCES items (store_id, item_id),
    CHECK (push_state <> 'pending' OR (product_id IS NOT NULL AND target IS NOT NULL))
);
CREATE INDEX listings_product ON listings (product_id);
CREATE INDEX listings_sku ON listings (sku);
CREATE INDEX listings_pending ON listings (store_id, push_due) WHERE push_state = 'pending';
CREATE INDEX listings_verify ON listings (verify_due) WHERE verify_due IS NOT NULL;

-- Signed changes of a product's stock, never edited. Sales and cancellations carry the order line and
-- can happen once each; a person's corrections carry author and note, and store 0, order 0.
CREATE TABLE movements (
    id {identity},
    product_id BIGINT NOT NULL REFERENCES products (id),
    store_id BIGINT NOT NULL DEFAULT 0,
    order_id BIGINT NOT NULL DEFAULT 0,
    line BIGINT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('sale', 'cancellation', 'count', 'receipt', 'correction')),
    quantity BIGINT NOT NULL,
    listing_id BIGINT,
    person_id BIGINT,
    note TEXT,
    at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    CHECK (order_id = 0 OR reason IN ('sale', 'cancellation')),
    UNIQUE (store_id, order_id, line, reason)
);
CREATE INDEX movements_product ON movements (product_id, id);
CREATE SEQUENCE manual_movement_lines START 1;

-- A sale and each other listing that had to be written because of it: its latency is from `sold_at`
-- (the desk's clock) to the last `written_at`.
CREATE TABLE sale_pushes (
    store_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    listing_id BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    sold_at BIGINT NOT NULL,
    written_at BIGINT,
    PRIMARY KEY (store_id, order_id, listing_id)
);
CREATE INDEX sale_pushes_open ON sale_pushes (listing_id) WHERE written_at IS NULL;

-- Quantities that no sale explains. resolution: ours (we wrote), theirs (we counted anew), explained.
CREATE TABLE drifts (
    id {identity},
    listing_id BIGINT NOT NULL REFERENCES listings (id),
    found_at BIGINT NOT NULL,
    believed BIGINT NOT NULL,
    actual BIGINT NOT NULL,
    resolved_at BIGINT,
    resolution TEXT
);
CREATE INDEX drifts_listing ON drifts (listing_id, id);
CREATE UNIQUE INDEX drifts_open ON drifts (listing_id) WHERE resolved_at IS NULL;

-- WHAT HAPPENED

CREATE TABLE audit_log (
    id {identity},
    at BIGINT NOT NULL,
    person_id BIGINT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX audit_log_subject ON audit_log (subject, id);

-- What open pages are told. topic: orders, stock, stores, notifications; subject names the row within.
CREATE TABLE live_events (
    id {identity},
    at BIGINT NOT NULL,
    topic TEXT NOT NULL,
    store_id BIGINT,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL
);
CREATE INDEX live_events_at ON live_events (at);
