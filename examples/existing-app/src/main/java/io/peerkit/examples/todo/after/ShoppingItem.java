// SPDX-License-Identifier: Apache-2.0
package io.peerkit.examples.todo.after;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/**
 * A row of the table {@code shopping}, and how it travels: four lines of text.
 *
 * @param id random, so that rows of different people do not collide
 * @param what one line
 * @param bought whether it is done
 * @param changed when, in milliseconds; the latest change wins
 */
record ShoppingItem(String id, String what, boolean bought, long changed) {
    /** The longest payload in bytes; what peers send is bounded here, as the application's own input is by its user. */
    private static final int MAX_BYTES = 1_000;

    byte[] key() {
        return ("shopping/" + id).getBytes(UTF_8);
    }

    static String id(byte[] key) {
        return new String(key, UTF_8).substring("shopping/".length());
    }

    byte[] payload() {
        return (id + "\n" + changed + "\n" + bought + "\n" + what).getBytes(UTF_8);
    }

    /** Reads a payload of a peer, which may be anything. */
    static Optional<ShoppingItem> parse(byte[] payload) {
        String[] lines = new String(payload, UTF_8).split("\n", -1);
        if (payload.length > MAX_BYTES || lines.length != 4) {
            return Optional.empty();
        }
        try {
            UUID id = UUID.fromString(lines[0]);
            ShoppingItem item =
                    new ShoppingItem(id.toString(), lines[3], lines[2].equals("true"), Long.parseLong(lines[1]));
            // Only what this application would have written: the same row has the same bytes everywhere.
            return Arrays.equals(item.payload(), payload) ? Optional.of(item) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Everybody must decide alike, also when two changes have the same time. */
    boolean wins(ShoppingItem other) {
        return changed != other.changed
                ? changed > other.changed
                : Arrays.compareUnsigned(payload(), other.payload()) > 0;
    }
}
