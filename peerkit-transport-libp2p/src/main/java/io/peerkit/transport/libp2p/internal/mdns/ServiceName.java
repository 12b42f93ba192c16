// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import io.peerkit.api.NetworkId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** What nodes that look for each other on a link have in common. */
public final class ServiceName {
    /** For nodes of any libp2p application. */
    public static final String PUBLIC = "_p2p._udp.local";

    /** How much of the hash is shown, in bytes: enough that two networks do not meet by chance, short enough for a label. */
    static final int FINGERPRINT_BYTES = 16;

    private static final String DOMAIN = "peerkit-mdns-1";

    private ServiceName() {}

    /**
     * The service name of a network.
     *
     * @param network whose nodes look for each other; empty for those of any application
     * @return {@code _p2p-FINGERPRINT._udp.local}, of which the fingerprint says nothing about the network's key
     */
    public static String of(Optional<NetworkId> network) {
        return network.map(id -> "_p2p-" + fingerprint(id) + "._udp.local").orElse(PUBLIC);
    }

    private static String fingerprint(NetworkId network) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(DOMAIN.getBytes(StandardCharsets.UTF_8));
            byte[] hash = sha256.digest(network.toBytes());
            return HexFormat.of().formatHex(Arrays.copyOf(hash, FINGERPRINT_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every platform has SHA-256", e);
        }
    }
}
