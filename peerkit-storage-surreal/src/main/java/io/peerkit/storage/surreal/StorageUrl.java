// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal;

import io.peerkit.api.InvalidSettingException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An address of a space in text form.
 *
 * @param uri of the server's RPC
 * @param namespace if it names one
 * @param database if it names one
 * @param space if it names one
 * @param shared whether others may have the space open too
 */
record StorageUrl(
        URI uri, Optional<String> namespace, Optional<String> database, Optional<String> space, boolean shared) {
    private static final String USER = "PEERKIT_SURREAL_USER";
    private static final String PASSWORD = "PEERKIT_SURREAL_PASS";
    private static final String LEVEL = "PEERKIT_SURREAL_LEVEL";
    private static final String TOKEN = "PEERKIT_SURREAL_TOKEN";
    private static final Set<String> PARAMETERS = Set.of("ns", "db", "space", "shared");

    static StorageUrl parse(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            // Neither the text nor the cause, which repeats it: it may hold a password.
            throw new InvalidSettingException("SurrealDB address is malformed at character " + e.getIndex());
        }
        Map<String, String> parameters = new HashMap<>();
        if (uri.getQuery() != null) {
            for (String parameter : uri.getQuery().split("&", -1)) {
                int equals = parameter.indexOf('=');
                String name = equals < 0 ? parameter : parameter.substring(0, equals);
                if (equals < 0 || !PARAMETERS.contains(name)) {
                    throw new InvalidSettingException(
                            "SurrealDB address has a parameter other than ns, db, space and shared");
                }
                parameters.put(name, parameter.substring(equals + 1));
            }
        }
        return new StorageUrl(
                rpc(uri),
                Optional.ofNullable(parameters.get("ns")),
                Optional.ofNullable(parameters.get("db")),
                Optional.ofNullable(parameters.get("space")),
                shared(parameters.getOrDefault("shared", "false")));
    }

    private static boolean shared(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new InvalidSettingException("SurrealDB address: shared must be true or false");
        };
    }

    /** The address of the RPC alone: no user, no parameters. */
    static URI rpc(URI uri) {
        String scheme = uri.getScheme();
        if (scheme == null || !(scheme.equals("ws") || scheme.equals("wss")) || uri.getHost() == null) {
            throw new InvalidSettingException("SurrealDB address must begin with ws:// or wss:// and a host");
        }
        if (uri.getRawUserInfo() != null) {
            throw new InvalidSettingException(
                    "SurrealDB address must not contain user and password: give them as credentials or in " + USER
                            + " and " + PASSWORD);
        }
        String path = uri.getPath();
        if (!(path.isEmpty() || path.equals("/") || path.equals("/rpc"))) {
            throw new InvalidSettingException("SurrealDB address must have no path or /rpc");
        }
        try {
            return new URI(scheme, null, uri.getHost(), uri.getPort(), "/rpc", null, null);
        } catch (URISyntaxException e) {
            throw new InvalidSettingException("SurrealDB address is malformed", e);
        }
    }

    static SurrealCredentials credentials(Map<String, String> environment) {
        String token = environment.get(TOKEN);
        if (token != null && !token.isEmpty()) {
            return SurrealCredentials.token(token);
        }
        String user = environment.get(USER);
        String password = environment.get(PASSWORD);
        if (user == null || password == null || user.isEmpty() || password.isEmpty()) {
            throw new InvalidSettingException(
                    "SurrealDB credentials are missing: set " + USER + " and " + PASSWORD + ", or " + TOKEN);
        }
        return switch (environment.getOrDefault(LEVEL, "root")) {
            case "root" -> SurrealCredentials.root(user, password);
            case "namespace" -> SurrealCredentials.namespace(user, password);
            case "database" -> SurrealCredentials.database(user, password);
            default -> throw new InvalidSettingException(LEVEL + " must be root, namespace or database");
        };
    }
}
