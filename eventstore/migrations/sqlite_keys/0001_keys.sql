-- Keys of people's personal data; a destroyed key stays as a row without one. Back up apart from the rest.
CREATE TABLE user_keys (
    person blob PRIMARY KEY,
    wrapped blob
) STRICT;
