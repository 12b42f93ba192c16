// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

import io.peerkit.api.AgentId;
import io.peerkit.api.NetworkId;

/** Everyone is let in; the proof is empty. */
enum OpenNetwork implements NetworkAccess {
    INSTANCE;

    private static final NetworkId ID = NetworkId.named("open");

    @Override
    public NetworkId networkId() {
        return ID;
    }

    @Override
    public NetworkAccessBytes prove(AccessRole role, byte[] transcriptHash) {
        return NetworkAccessBytes.empty();
    }

    @Override
    public boolean accepts(AccessRole proverRole, AgentId prover, byte[] transcriptHash, NetworkAccessBytes proof) {
        return true;
    }
}
