CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE wide (
    id           bigserial PRIMARY KEY,
    small        smallint,
    whole        integer,
    large        bigint,
    price        numeric(12,4),
    any_decimal  numeric,
    real_number  real,
    double_no    double precision,
    flag         boolean,
    code         char(5),
    name         varchar(80),
    text_value   text,
    day          date,
    at_time      time,
    local_stamp  timestamp,
    stamp        timestamptz,
    span         interval,
    picture      bytea,
    key          uuid,
    document     jsonb,
    feeling      mood,
    address      inet,
    tags         text[],
    numbers      int[],
    "Größe (cm)" integer
);
INSERT INTO wide (small, whole, large, price, any_decimal, real_number, double_no, flag, code, name, text_value, day, at_time, local_stamp, stamp, span, picture, key, document,
                  feeling, address, tags, numbers, "Größe (cm)")
VALUES (1, -2, 9007199254740993, 10.5, 0.0000001, 0.1, 1e300, true, 'ab', 'Müller', '<a> & "b"', '2026-09-01', '12:03:07.5', '2026-09-01 14:03:07', '2026-09-01 14:03:07+02',
        '1 year 2 months 3 days 04:05:06', '\x00ff10', '1b4e28ba-2fa1-11d2-883f-0016d3cca427', '{"b": 1.50}', 'good', '10.0.0.1', '{a,"b c",NULL}', '{1,2,3}', 180);
INSERT INTO wide DEFAULT VALUES;
INSERT INTO wide (small, whole, large, price, any_decimal, real_number, double_no, flag, code, name, text_value, day, at_time, local_stamp, stamp, span, tags, numbers)
VALUES (-32768, 2147483647, -9223372036854775808, -99999999.9999, 123456789012.123456789, 'Infinity', 'NaN', false, '', '', '', '9999-12-31', '00:00:00', '2026-01-01 00:00:00',
        '1970-01-01 00:00:00+00', '-00:00:01.5', '{}', '{}');
