-- The marketplace's rows. Times are microseconds since 1970 in UTC, money whole minor units,
-- booleans 0 and 1, JSON opaque text. {identity} and {bytes} are the engine's own words.

CREATE SEQUENCE users_id START 100000001;
CREATE SEQUENCE applications_id START 1000000000000001;
CREATE SEQUENCE items_id START 600034093;
CREATE SEQUENCE orders_id START 2000000000001001;
CREATE SEQUENCE payments_id START 20000001001;
CREATE SEQUENCE feedback_id START 9000000000001;
CREATE SEQUENCE variations_id START 10000000001;

-- One row: which world this is (A-45), and how far its clock is from the real one.
CREATE TABLE world (
    only_row SMALLINT PRIMARY KEY CHECK (only_row = 1),
    id TEXT NOT NULL,
    clock_offset BIGINT NOT NULL DEFAULT 0,
    clock_stopped_at BIGINT
);

CREATE TABLE users (
    id BIGINT PRIMARY KEY,
    site_id TEXT NOT NULL,
    nickname TEXT NOT NULL,
    email TEXT NOT NULL,
    -- Without case: what makes a name taken, and what people sign in with.
    nickname_key TEXT NOT NULL UNIQUE,
    email_key TEXT NOT NULL UNIQUE,
    -- Words without case and accents, for `q` of the orders search: the nickname alone, which a
    -- buyer may know before he has paid, and all the names (contract 3.4, A-13).
    nickname_text TEXT NOT NULL,
    names_text TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    phone_area_code TEXT,
    phone_number TEXT NOT NULL,
    phone_extension TEXT,
    phone_verified SMALLINT NOT NULL,
    alternative_phone_area_code TEXT,
    alternative_phone_number TEXT NOT NULL,
    alternative_phone_extension TEXT,
    doc_type TEXT,
    doc_number TEXT,
    address TEXT,
    city TEXT,
    state TEXT,
    zip_code TEXT,
    user_type TEXT NOT NULL,
    tags TEXT NOT NULL,
    site_status TEXT NOT NULL,
    immediate_payment_marked SMALLINT NOT NULL,
    immediate_payment_by_user SMALLINT NOT NULL,
    official_store_ids TEXT NOT NULL,
    date_registered BIGINT NOT NULL
);

CREATE TABLE order_blacklist (
    seller_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    date_created BIGINT NOT NULL,
    reason TEXT,
    PRIMARY KEY (seller_id, user_id)
);

CREATE TABLE applications (
    id BIGINT PRIMARY KEY,
    owner_id BIGINT NOT NULL,
    site_id TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    short_name TEXT,
    description TEXT,
    url TEXT,
    callback_url TEXT NOT NULL,
    secret_key TEXT NOT NULL,
    scopes TEXT NOT NULL,
    active SMALLINT NOT NULL,
    max_requests_per_hour BIGINT NOT NULL,
    notifications_callback_url TEXT,
    date_created BIGINT NOT NULL
);

CREATE TABLE application_topics (
    application_id BIGINT NOT NULL REFERENCES applications (id),
    topic TEXT NOT NULL,
    PRIMARY KEY (application_id, topic)
);

-- A user's permission to an application; it is what routes that user's news to its callback.
CREATE TABLE grants (
    user_id BIGINT NOT NULL,
    application_id BIGINT NOT NULL,
    scopes TEXT NOT NULL,
    date_created BIGINT NOT NULL,
    PRIMARY KEY (user_id, application_id)
);

CREATE TABLE authorization_codes (
    code_hash TEXT PRIMARY KEY,
    application_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    redirect_uri TEXT NOT NULL,
    scopes TEXT NOT NULL,
    code_challenge TEXT,
    code_challenge_method TEXT,
    expires_at BIGINT NOT NULL
);

-- Tokens are kept as SHA-256 only: who reads the database cannot act as its users.
CREATE TABLE access_tokens (
    token_hash TEXT PRIMARY KEY,
    application_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    scopes TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX access_tokens_grant ON access_tokens (user_id, application_id);
CREATE INDEX access_tokens_ending ON access_tokens (expires_at);

CREATE TABLE refresh_tokens (
    token_hash TEXT PRIMARY KEY,
    application_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    scopes TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX refresh_tokens_grant ON refresh_tokens (user_id, application_id);

-- Sign-ins at this origin's own pages (consent).
CREATE TABLE account_sessions (
    token_hash TEXT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    csrf TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE items (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL,
    seller_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    category_id TEXT NOT NULL,
    currency_id TEXT NOT NULL,
    price BIGINT NOT NULL CHECK (price >= 0),
    reservation_price BIGINT,
    available_quantity BIGINT NOT NULL CHECK (available_quantity >= 0),
    sold_quantity BIGINT NOT NULL CHECK (sold_quantity >= 0),
    initial_quantity BIGINT NOT NULL,
    buying_mode TEXT NOT NULL,
    listing_type_id TEXT NOT NULL,
    condition TEXT NOT NULL,
    official_store_id BIGINT,
    status TEXT NOT NULL,
    sub_status TEXT NOT NULL,
    tags TEXT NOT NULL,
    seller_custom_field TEXT,
    warranty TEXT,
    parent_item_id TEXT,
    date_created BIGINT NOT NULL,
    last_updated BIGINT NOT NULL,
    start_time BIGINT NOT NULL,
    stop_time BIGINT NOT NULL,
    version BIGINT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX items_of_seller ON items (seller_id, stop_time, id);
CREATE INDEX items_ending ON items (stop_time) WHERE status <> 'closed';

CREATE TABLE variations (
    id BIGINT PRIMARY KEY,
    item_id TEXT NOT NULL REFERENCES items (id),
    -- Sellers see them in the order in which they wrote them.
    position BIGINT NOT NULL,
    price BIGINT NOT NULL,
    available_quantity BIGINT NOT NULL CHECK (available_quantity >= 0),
    sold_quantity BIGINT NOT NULL CHECK (sold_quantity >= 0),
    details TEXT NOT NULL
);
CREATE INDEX variations_of_item ON variations (item_id, position);

CREATE TABLE orders (
    id BIGINT PRIMARY KEY,
    site_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('confirmed', 'payment_required', 'payment_in_process',
        'partially_paid', 'paid', 'cancelled', 'invalid')),
    cause TEXT,
    mandatory_flow SMALLINT NOT NULL,
    reservation SMALLINT NOT NULL,
    buyer_id BIGINT NOT NULL,
    seller_id BIGINT NOT NULL,
    application_id BIGINT,
    item_id TEXT NOT NULL,
    title TEXT NOT NULL,
    category_id TEXT NOT NULL,
    variation_id BIGINT,
    variation_attributes TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    currency_id TEXT NOT NULL,
    unit_price BIGINT NOT NULL,
    full_unit_price BIGINT NOT NULL,
    listing_type_id TEXT NOT NULL,
    condition TEXT NOT NULL,
    seller_custom_field TEXT,
    warranty TEXT,
    shipping_cost BIGINT NOT NULL,
    stock_taken SMALLINT NOT NULL,
    stock_returned SMALLINT NOT NULL,
    delivered SMALLINT NOT NULL,
    expired SMALLINT NOT NULL,
    date_created BIGINT NOT NULL,
    date_closed BIGINT,
    last_updated BIGINT NOT NULL,
    expiration_date BIGINT NOT NULL,
    -- Order id, item id and title as words without case and accents, for `q` (A-13, 26.27).
    search_text TEXT NOT NULL,
    -- date_closed is set when the order first becomes confirmed or paid, and stock is taken in
    -- that moment (contract 4.6); stock is given back at most once, and only what was taken.
    CHECK ((date_closed IS NULL) = (stock_taken = 0)),
    CHECK (stock_returned <= stock_taken),
    CHECK (status NOT IN ('confirmed', 'paid') OR date_closed IS NOT NULL),
    CHECK ((status = 'cancelled') = (cause IS NOT NULL) OR status = 'invalid')
);
CREATE INDEX orders_of_seller ON orders (seller_id, date_created, id);
CREATE INDEX orders_of_buyer ON orders (buyer_id, date_created, id);
CREATE INDEX orders_of_seller_updated ON orders (seller_id, last_updated, id);
CREATE INDEX orders_unpaid ON orders (date_created)
    WHERE mandatory_flow = 1 AND status IN ('payment_required', 'payment_in_process', 'partially_paid');
CREATE INDEX orders_expiring ON orders (expiration_date) WHERE expired = 0 AND status IN ('paid', 'confirmed');

CREATE TABLE payments (
    id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES orders (id),
    payer_id BIGINT NOT NULL,
    collector_id BIGINT NOT NULL,
    site_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    payment_method_id TEXT NOT NULL,
    payment_type TEXT NOT NULL,
    installments BIGINT NOT NULL,
    issuer_id TEXT,
    status TEXT NOT NULL,
    status_detail TEXT NOT NULL,
    currency_id TEXT NOT NULL,
    transaction_amount BIGINT NOT NULL CHECK (transaction_amount > 0),
    total_paid_amount BIGINT NOT NULL,
    refunded_amount BIGINT NOT NULL,
    activation_uri TEXT,
    date_created BIGINT NOT NULL,
    date_last_modified BIGINT NOT NULL,
    date_approved BIGINT,
    date_refunded BIGINT,
    money_release_date BIGINT,
    date_released BIGINT,
    CHECK (refunded_amount BETWEEN 0 AND transaction_amount),
    -- Money is either the seller's or the buyer's again, never both.
    CHECK (date_released IS NULL OR refunded_amount < transaction_amount)
);
CREATE INDEX payments_of_order ON payments (order_id, id);
CREATE INDEX payments_of_payer ON payments (payer_id, date_created, id);

CREATE TABLE feedback (
    id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL REFERENCES orders (id),
    side TEXT NOT NULL CHECK (side IN ('sale', 'purchase')),
    from_id BIGINT NOT NULL,
    to_id BIGINT NOT NULL,
    fulfilled SMALLINT NOT NULL,
    rating TEXT NOT NULL,
    reason TEXT,
    message TEXT,
    restock_item SMALLINT,
    date_created BIGINT NOT NULL,
    date_last_updated BIGINT NOT NULL,
    visibility_date BIGINT NOT NULL,
    modified SMALLINT NOT NULL,
    UNIQUE (order_id, side)
);

-- A caller's idempotency key and the answer that was given (A-19, 26.16).
CREATE TABLE idempotency_keys (
    user_id BIGINT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    body {bytes} NOT NULL,
    date_created BIGINT NOT NULL,
    PRIMARY KEY (user_id, idempotency_key)
);
CREATE INDEX idempotency_keys_ending ON idempotency_keys (date_created);

-- The feed: one row per event, application and user, written in the event's own transaction.
CREATE TABLE notifications (
    seq {identity},
    id TEXT NOT NULL UNIQUE,
    application_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    topic TEXT NOT NULL,
    resource TEXT NOT NULL,
    received BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'acknowledged', 'missed')),
    -- When the next attempt is due; null as soon as the message is acknowledged or missed.
    next_attempt BIGINT,
    last_sent BIGINT,
    last_outcome TEXT,
    last_http_code INTEGER,
    last_duration_ms BIGINT,
    CHECK ((state = 'pending') = (next_attempt IS NOT NULL))
);
CREATE INDEX notifications_due ON notifications (application_id, next_attempt, seq) WHERE state = 'pending';

-- A dispatcher leases a callback, not messages: order and isolation follow from that.
CREATE TABLE callback_leases (
    application_id BIGINT PRIMARY KEY,
    dispatcher TEXT NOT NULL,
    leased_until BIGINT NOT NULL
);
