// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import io.peerkit.api.InvalidSettingException;
import io.peerkit.storage.surreal.internal.session.Greeting.SignIn;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a store signs in to SurrealDB. Held in memory for as long as the store may have to sign in again, and shown nowhere: not in logs,
 * not in exceptions, not by {@link #toString}.
 */
public final class SurrealCredentials {
    /** The longest user name, password or token in characters. */
    public static final int MAX_LENGTH = 16_384;

    private final Level level;
    private final String user;
    private final String secret;

    /** Whose user signs in. */
    private enum Level {
        ROOT,
        NAMESPACE,
        DATABASE,
        TOKEN
    }

    private SurrealCredentials(Level level, String user, String secret) {
        this.level = level;
        this.user = checked("user", user);
        this.secret = checked(level == Level.TOKEN ? "token" : "password", secret);
    }

    /**
     * A root user, who can set everything up by himself.
     *
     * @param user the user's name
     * @param password the user's password
     * @return the credentials
     */
    public static SurrealCredentials root(String user, String password) {
        return new SurrealCredentials(Level.ROOT, user, password);
    }

    /**
     * A user of the namespace, who can set up the database and its tables.
     *
     * @param user the user's name
     * @param password the user's password
     * @return the credentials
     */
    public static SurrealCredentials namespace(String user, String password) {
        return new SurrealCredentials(Level.NAMESPACE, user, password);
    }

    /**
     * A user of the database, who can set up its tables.
     *
     * @param user the user's name
     * @param password the user's password
     * @return the credentials
     */
    public static SurrealCredentials database(String user, String password) {
        return new SurrealCredentials(Level.DATABASE, user, password);
    }

    /**
     * A token (JWT) that was issued before, of whatever level. When it runs out, the store cannot connect again: take one that lives
     * as long as the store is open.
     *
     * @param token the token
     * @return the credentials
     */
    public static SurrealCredentials token(String token) {
        return new SurrealCredentials(Level.TOKEN, "token", token);
    }

    /** Whether it may define namespaces. */
    boolean isRoot() {
        return level == Level.ROOT;
    }

    /** Whether it may define databases. */
    boolean isNamespace() {
        return level == Level.NAMESPACE;
    }

    SignIn signIn(String namespace, String database) {
        if (level == Level.TOKEN) {
            return SignIn.ofToken(secret);
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        if (level == Level.NAMESPACE || level == Level.DATABASE) {
            fields.put("ns", namespace);
        }
        if (level == Level.DATABASE) {
            fields.put("db", database);
        }
        fields.put("user", user);
        fields.put("pass", secret);
        return SignIn.of(fields);
    }

    private static String checked(String what, String value) {
        if (value.isEmpty() || value.length() > MAX_LENGTH) {
            throw new InvalidSettingException(
                    what + " of " + value.length() + " characters, must have 1 to " + MAX_LENGTH);
        }
        return value;
    }

    /** The level alone. */
    @Override
    public String toString() {
        return "SurrealCredentials[" + level + "]";
    }
}
