// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

/**
 * Where everything begins.
 *
 * <pre>{@code
 * try (PeerkitNode node = Peerkit.node()
 *         .storage(SqliteStorage.at(Path.of("notes-p2p.db")))
 *         .transport(Libp2pTransport.builder())
 *         .access(NetworkAccess.sharedKey(key))
 *         .start().join()) {
 *     BlobHash id = node.publish(bytes).join();
 * }
 * }</pre>
 */
public final class Peerkit {
    private Peerkit() {}

    /**
     * Settings of a node of an application.
     *
     * @return a builder; storage, transport and access must be set
     */
    public static NodeBuilder node() {
        return new NodeBuilder();
    }

    /**
     * Settings of an infrastructure node, at which the peers of a network meet.
     *
     * @return a builder; transport and access must be set
     */
    public static RelayBuilder relay() {
        return new RelayBuilder();
    }
}
