// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The seed of the transport's own key: {@code HMAC-SHA256(context seed, "peerkit-libp2p-node-key")}. */
final class NodeSeed {
    private static final byte[] LABEL = "peerkit-libp2p-node-key".getBytes(StandardCharsets.US_ASCII);

    private NodeSeed() {}

    static byte[] of(byte[] contextSeed) {
        try {
            Mac hmac = Mac.getInstance("HmacSHA256");
            hmac.init(new SecretKeySpec(contextSeed, "HmacSHA256"));
            return hmac.doFinal(LABEL);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has HmacSHA256", e);
        }
    }
}
