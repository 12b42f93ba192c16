// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.rpc;

import java.util.Map;

/**
 * What a server says went wrong, with a request or with one statement of it.
 *
 * @param kind such as {@code AlreadyExists}, {@code NotFound}, {@code NotAllowed}, {@code Thrown}; empty when not given
 * @param detail the kind of the details, such as {@code NotExecuted}; empty when not given
 * @param message for people, at most {@value #MAX_MESSAGE_CHARS} characters
 */
public record ServerError(String kind, String detail, String message) {
    /** What is kept of a message, in characters: enough for any that SurrealDB has. */
    static final int MAX_MESSAGE_CHARS = 1_000;

    /** How 3.0 says that a transaction lost against another; 3.1 says it in the details. */
    private static final String RETRY_TEXT = "can be retried";

    private static final String THROWN_PREFIX = "An error occurred: ";

    static ServerError of(Map<?, ?> fields, String messageField) {
        String message = text(fields.get(messageField));
        return new ServerError(
                text(fields.get("kind")),
                fields.get("details") instanceof Map<?, ?> details ? text(details.get("kind")) : "",
                message.length() <= MAX_MESSAGE_CHARS ? message : message.substring(0, MAX_MESSAGE_CHARS));
    }

    /**
     * Whether a transaction lost against another and is worth trying again.
     *
     * @return true for both ways in which SurrealDB 3 says so
     */
    public boolean isConflict() {
        return detail.equals("TransactionConflict") || message.contains(RETRY_TEXT);
    }

    /**
     * Whether a record was to be created that is there.
     *
     * @return true when so
     */
    public boolean isAlreadyThere() {
        return kind.equals("AlreadyExists");
    }

    /**
     * Whether the sign-in was refused or has run out.
     *
     * @return true when signing in again is the only thing that may help
     */
    public boolean isAboutSignIn() {
        return kind.equals("NotAllowed") && detail.equals("Auth");
    }

    /**
     * Whether we may not do that, or are not who we say.
     *
     * @return true when trying again will not help
     */
    public boolean isNotAllowed() {
        return kind.equals("NotAllowed");
    }

    /**
     * Whether one of our own statements threw.
     *
     * @param what the text thrown
     * @return true when it was this
     */
    public boolean isThrown(String what) {
        return message.equals(THROWN_PREFIX + what);
    }

    /** Whether the statement failed only because another one of its transaction did. */
    boolean isConsequence() {
        return kind.equals("Query") && (detail.equals("NotExecuted") || detail.equals("Cancelled")) && !isConflict();
    }

    private static String text(@org.jspecify.annotations.Nullable Object value) {
        return value instanceof String text ? text : "";
    }
}
