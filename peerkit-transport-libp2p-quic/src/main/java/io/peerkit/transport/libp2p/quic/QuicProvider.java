// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.quic;

import io.netty.handler.codec.quic.Quic;
import io.peerkit.transport.libp2p.internal.carrier.Carrier;
import io.peerkit.transport.libp2p.internal.carrier.CarrierHost;
import io.peerkit.transport.libp2p.internal.carrier.CarrierProvider;
import io.peerkit.transport.libp2p.internal.keys.NodeKey;
import java.security.SecureRandom;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Offers QUIC where Netty's native code loads, and nothing elsewhere. */
public final class QuicProvider implements CarrierProvider {
    private static final Logger LOG = LoggerFactory.getLogger(QuicProvider.class);

    /** For {@link java.util.ServiceLoader}. */
    public QuicProvider() {}

    @Override
    public Optional<Carrier> open(CarrierHost host, NodeKey key) {
        if (!Quic.isAvailable()) {
            Throwable why = Quic.unavailabilityCause();
            LOG.warn("QUIC is not offered: its native code does not load on this platform", why);
            return Optional.empty();
        }
        return Optional.of(new QuicCarrier(host, key, new SecureRandom()));
    }
}
