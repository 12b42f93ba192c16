// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.relay;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufReader;
import io.peerkit.transport.libp2p.internal.protobuf.ProtobufWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A place at a relay.
 *
 * <pre>{@code
 *   1 expire (Unix seconds)   2 addrs*   3 voucher
 * }</pre>
 *
 * @param expiresAt when it ends, unless asked for again
 * @param addresses where the relay can be reached, perhaps without its name
 * @param voucher a {@link ReservationVoucher}, unchecked
 */
public record Reservation(Instant expiresAt, List<Multiaddr> addresses, Optional<byte[]> voucher) {
    private static final int EXPIRE = 1;
    private static final int ADDRESSES = 2;
    private static final int VOUCHER = 3;

    /** The year 9999, and no sooner than 1970: what every library of dates can hold. */
    private static final long MAX_EXPIRE_SECONDS = 253_402_300_799L;

    /** Copies the list. */
    public Reservation {
        addresses = List.copyOf(addresses);
    }

    static Reservation decode(byte[] bytes) {
        ProtobufReader in = new ProtobufReader("reservation", bytes, RelayProtocol.MAX_MESSAGE_BYTES);
        long expires = 0;
        List<Multiaddr> addresses = new ArrayList<>();
        Optional<byte[]> voucher = Optional.empty();
        while (in.next()) {
            switch (in.field()) {
                case EXPIRE -> expires = in.varint();
                case ADDRESSES -> RelayFields.addAddress(addresses, in.bytes(RelayProtocol.MAX_MESSAGE_BYTES));
                case VOUCHER -> voucher = Optional.of(in.bytes(RelayProtocol.MAX_MESSAGE_BYTES));
                default -> {} // not known yet
            }
        }
        if (expires < 0 || expires > MAX_EXPIRE_SECONDS) {
            throw new InvalidBytesException("reservation expires at " + Long.toUnsignedString(expires)
                    + " s, must be 0 to " + MAX_EXPIRE_SECONDS);
        }
        return new Reservation(Instant.ofEpochSecond(expires), addresses, voucher);
    }

    byte[] encode() {
        ProtobufWriter out = new ProtobufWriter();
        out.varint(EXPIRE, expiresAt.getEpochSecond());
        addresses.forEach(address -> out.bytes(ADDRESSES, address.toBytes()));
        voucher.ifPresent(bytes -> out.bytes(VOUCHER, bytes));
        return out.toBytes();
    }
}
