// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

import io.peerkit.api.AgentId;
import io.peerkit.api.NetworkId;
import java.security.MessageDigest;

/**
 * Whoever knows the key is let in. The proof is
 * {@code HMAC-SHA256(key, "peerkit-network-proof-2" || role || transcript hash)}, role being one byte.
 */
final class SharedKeyNetwork implements NetworkAccess {
    private static final String ID_DOMAIN = "peerkit-network-id-2";
    private static final String PROOF_DOMAIN = "peerkit-network-proof-2";

    private final byte[] key;
    private final NetworkId id;

    SharedKeyNetwork(byte[] key) {
        this.key = key;
        id = NetworkId.of(Hmac.of(key, ID_DOMAIN));
    }

    @Override
    public NetworkId networkId() {
        return id;
    }

    @Override
    public NetworkAccessBytes prove(AccessRole role, byte[] transcriptHash) {
        return NetworkAccessBytes.of(proof(role, transcriptHash));
    }

    @Override
    public boolean accepts(AccessRole proverRole, AgentId prover, byte[] transcriptHash, NetworkAccessBytes proof) {
        // Constant time: how much of a guess was right must not show.
        return MessageDigest.isEqual(proof(proverRole, transcriptHash), proof.toBytes());
    }

    private byte[] proof(AccessRole role, byte[] transcriptHash) {
        return Hmac.of(key, PROOF_DOMAIN, new byte[] {role.code()}, transcriptHash);
    }
}
