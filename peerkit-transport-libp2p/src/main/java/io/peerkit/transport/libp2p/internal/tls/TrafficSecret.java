// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * From what the keys of one direction are made, and the next secret when they are updated.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8446#section-7">RFC 8446, sections 7.1 to 7.3</a>
 */
final class TrafficSecret {
    private final CipherSuite suite;
    private final byte[] secret;

    TrafficSecret(CipherSuite suite, byte[] secret) {
        this.suite = suite;
        this.secret = secret.clone();
    }

    CipherSuite suite() {
        return suite;
    }

    byte[] key() {
        return expand("key", suite.keyBytes());
    }

    byte[] iv() {
        return expand("iv", RecordCipher.NONCE_BYTES);
    }

    TrafficSecret next() {
        return new TrafficSecret(suite, expand("traffic upd", secret.length));
    }

    /** HKDF-Expand-Label with an empty context; nothing longer than the hash is asked for, so that one block is enough. */
    private byte[] expand(String label, int length) {
        byte[] name = ("tls13 " + label).getBytes(StandardCharsets.US_ASCII);
        byte[] info = ByteBuffer.allocate(Short.BYTES + 1 + name.length + 1)
                .putShort((short) length)
                .put((byte) name.length)
                .put(name)
                .put((byte) 0)
                .array();
        try {
            Mac hmac = Mac.getInstance(suite.hmac());
            hmac.init(new SecretKeySpec(secret, suite.hmac()));
            hmac.update(info);
            hmac.update((byte) 1);
            return Arrays.copyOf(hmac.doFinal(), length);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has " + suite.hmac(), e);
        }
    }
}
