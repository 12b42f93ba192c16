// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

import io.peerkit.api.StorageException;
import io.peerkit.storage.surreal.internal.rpc.ServerError;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is said first on every connection: which version the server has, who we are, which database we mean. Nothing else is sent
 * before all of it was answered.
 *
 * @param signIn the request that proves who we are; never to be shown
 * @param namespace to use
 * @param database to use
 */
public record Greeting(SignIn signIn, String namespace, String database) {
    /** The first version that is good enough, and the first that is unknown. */
    private static final int VERSION_MIN = 3;

    private static final int VERSION_END = 4;

    private static final Pattern VERSION = Pattern.compile("(?:surrealdb-)?(\\d{1,4})\\.(\\d{1,4})\\..{0,64}");

    /** Steps in their order. */
    enum Step {
        VERSION,
        SIGN_IN,
        USE;

        Step next() {
            return this == VERSION ? SIGN_IN : USE;
        }
    }

    /**
     * A request that proves who we are.
     *
     * @param method of the protocol
     * @param argument credentials
     */
    public record SignIn(String method, Object argument) {
        /** Keeps the credentials out of logs. */
        @Override
        public String toString() {
            return "SignIn[" + method + "]";
        }

        /**
         * With user and password.
         *
         * @param fields as {@code signin} takes them
         * @return the request
         */
        public static SignIn of(Map<String, Object> fields) {
            return new SignIn("signin", fields);
        }

        /**
         * With a token that was issued before.
         *
         * @param token a JSON web token
         * @return the request
         */
        public static SignIn ofToken(String token) {
            return new SignIn("authenticate", token);
        }
    }

    String method(Step step) {
        return switch (step) {
            case VERSION -> "version";
            case SIGN_IN -> signIn.method();
            case USE -> "use";
        };
    }

    List<Object> params(Step step) {
        return switch (step) {
            case VERSION -> List.of();
            case SIGN_IN -> List.of(signIn.argument());
            case USE -> List.of(namespace, database);
        };
    }

    /**
     * Looks at an answer.
     *
     * @throws StorageException when the server is none that we can work with
     */
    void check(Step step, Object result) {
        if (step == Step.VERSION) {
            checkVersion(result instanceof String text ? text : "");
        }
    }

    /** Says what a refusal means; the server's words stay out, for they might repeat ours. */
    StorageException refused(Step step, ServerError error) {
        return switch (step) {
            case VERSION -> new StorageException("the server does not tell its version: " + error.kind());
            case SIGN_IN ->
                new StorageException("the server refused the sign-in (" + signIn.method() + "): "
                        + (error.detail().isEmpty() ? error.kind() : error.kind() + "/" + error.detail()));
            case USE ->
                new StorageException(
                        "the server refused namespace " + namespace + ", database " + database + ": " + error.kind());
        };
    }

    private static void checkVersion(String version) {
        Matcher parts = VERSION.matcher(version);
        int major = parts.matches() ? Integer.parseInt(parts.group(1)) : 0;
        if (major < VERSION_MIN || major >= VERSION_END) {
            throw new StorageException("server version is " + printable(version) + ", must be at least " + VERSION_MIN
                    + ".0 and below " + VERSION_END);
        }
    }

    private static String printable(String version) {
        String shown = version.replaceAll("[^ -~]", "?");
        return shown.isEmpty() ? "unknown" : shown.length() <= 64 ? shown : shown.substring(0, 64);
    }
}
