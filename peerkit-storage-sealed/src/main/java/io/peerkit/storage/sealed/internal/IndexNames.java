// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.sealed.internal;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The names under which the store below keeps what must be found by a name that would tell what it is: HMAC-SHA256 of the kind
 * and the name under the index key. Safe for use by any thread.
 */
final class IndexNames {
    private static final String ALGORITHM = "HmacSHA256";

    private final ThreadLocal<Mac> macs;

    IndexNames(byte[] indexKey) {
        SecretKeySpec key = new SecretKeySpec(indexKey, ALGORITHM);
        macs = ThreadLocal.withInitial(() -> {
            try {
                Mac mac = Mac.getInstance(ALGORITHM);
                mac.init(key);
                return mac;
            } catch (GeneralSecurityException e) {
                throw new AssertionError("every Java platform has " + ALGORITHM, e);
            }
        });
    }

    BlobHash blob(BlobHash hash) {
        return BlobHash.of(name('b', hash.toBytes()));
    }

    BlobHash chunk(BlobHash hash) {
        return BlobHash.of(name('c', hash.toBytes()));
    }

    AgentId agent(AgentId agent) {
        return AgentId.of(name('a', agent.toBytes()));
    }

    /** 64 hexadecimal digits: the longest name there may be. */
    String metadata(String name) {
        return HexFormat.of().formatHex(name('m', name.getBytes(StandardCharsets.UTF_8)));
    }

    private byte[] name(char kind, byte[] name) {
        Mac mac = macs.get();
        mac.update((byte) kind);
        return mac.doFinal(name);
    }
}
