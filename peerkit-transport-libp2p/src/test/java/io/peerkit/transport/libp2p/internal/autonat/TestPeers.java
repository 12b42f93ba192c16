// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.autonat;

import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Who and where, for tests. */
final class TestPeers {
    private TestPeers() {}

    static PeerId peer(int number) {
        byte[] seed = new byte[NodeKey.SEED_BYTES];
        seed[0] = (byte) number;
        seed[1] = (byte) (number >> 8);
        return NodeKey.fromSeed(seed).peerId();
    }

    static InetAddress ip(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
