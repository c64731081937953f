CREATE TABLE payments (
    payment_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    amount     numeric(12,2) NOT NULL,
    currency   char(3) NOT NULL,
    paid_on    date NOT NULL
);
INSERT INTO payments (amount, currency, paid_on) VALUES (100.00, 'EUR', '2026-09-01'), (250.00, 'USD', '2026-09-01'), (12.34, 'XXX', '2026-09-02'), (99.90, 'CHF', '2026-09-02');
