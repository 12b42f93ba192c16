// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.engine;

import java.security.SecureRandom;
import java.util.HexFormat;

/** What an engine of our own is started with. */
final class Credentials {
    static final String USER = "peerkit-test";

    private static final int PASSWORD_BYTES = 24;

    private Credentials() {}

    static String password() {
        byte[] bytes = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
