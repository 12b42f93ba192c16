// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multiformats;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a component of a multiaddr can say: code on the wire, name in text, form of the value.
 *
 * @see <a href="https://github.com/multiformats/multiaddr/blob/master/protocols.csv">multiaddr protocols</a>
 */
public enum MultiaddrProtocol {
    IP4(4, "ip4", 4, MultiaddrValue.IP4),
    TCP(6, "tcp", 2, MultiaddrValue.PORT),
    DCCP(33, "dccp", 2, MultiaddrValue.PORT),
    IP6(41, "ip6", 16, MultiaddrValue.IP6),
    IP6ZONE(42, "ip6zone", MultiaddrProtocol.VARIABLE, MultiaddrValue.NAME),
    IPCIDR(43, "ipcidr", 1, MultiaddrValue.PREFIX_BITS),
    DNS(53, "dns", MultiaddrProtocol.VARIABLE, MultiaddrValue.NAME),
    DNS4(54, "dns4", MultiaddrProtocol.VARIABLE, MultiaddrValue.NAME),
    DNS6(55, "dns6", MultiaddrProtocol.VARIABLE, MultiaddrValue.NAME),
    DNSADDR(56, "dnsaddr", MultiaddrProtocol.VARIABLE, MultiaddrValue.NAME),
    SCTP(132, "sctp", 2, MultiaddrValue.PORT),
    UDP(273, "udp", 2, MultiaddrValue.PORT),
    WEBRTC_DIRECT(280, "webrtc-direct", 0, MultiaddrValue.NONE),
    WEBRTC(281, "webrtc", 0, MultiaddrValue.NONE),
    P2P_CIRCUIT(290, "p2p-circuit", 0, MultiaddrValue.NONE),
    UNIX(400, "unix", MultiaddrProtocol.VARIABLE, MultiaddrValue.PATH),
    P2P(421, "p2p", MultiaddrProtocol.VARIABLE, MultiaddrValue.PEER_ID),
    ONION(444, "onion", 12, MultiaddrValue.ONION),
    ONION3(445, "onion3", 37, MultiaddrValue.ONION3),
    GARLIC64(446, "garlic64", MultiaddrProtocol.VARIABLE, MultiaddrValue.GARLIC64),
    GARLIC32(447, "garlic32", MultiaddrProtocol.VARIABLE, MultiaddrValue.GARLIC32),
    TLS(448, "tls", 0, MultiaddrValue.NONE),
    SNI(449, "sni", MultiaddrProtocol.VARIABLE, MultiaddrValue.NAME),
    NOISE(454, "noise", 0, MultiaddrValue.NONE),
    QUIC(460, "quic", 0, MultiaddrValue.NONE),
    QUIC_V1(461, "quic-v1", 0, MultiaddrValue.NONE),
    WEBTRANSPORT(465, "webtransport", 0, MultiaddrValue.NONE),
    CERTHASH(466, "certhash", MultiaddrProtocol.VARIABLE, MultiaddrValue.MULTIHASH),
    WS(477, "ws", 0, MultiaddrValue.NONE),
    WSS(478, "wss", 0, MultiaddrValue.NONE),
    HTTP(480, "http", 0, MultiaddrValue.NONE),
    HTTP_PATH(481, "http-path", MultiaddrProtocol.VARIABLE, MultiaddrValue.PATH),
    HTTPS(443, "https", 0, MultiaddrValue.NONE),
    MEMORY(777, "memory", MultiaddrProtocol.VARIABLE, MultiaddrValue.NAME);

    /** The size of a value that states its own length. */
    static final int VARIABLE = -1;

    private static final Map<Integer, MultiaddrProtocol> BY_CODE =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(each -> each.code, Function.identity()));
    private static final Map<String, MultiaddrProtocol> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(each -> each.text, Function.identity()));

    private final int code;
    private final String text;
    private final int sizeBytes;
    private final MultiaddrValue value;

    MultiaddrProtocol(int code, String text, int sizeBytes, MultiaddrValue value) {
        this.code = code;
        this.text = text;
        this.sizeBytes = sizeBytes;
        this.value = value;
    }

    static Optional<MultiaddrProtocol> byCode(long code) {
        return code > Integer.MAX_VALUE ? Optional.empty() : Optional.ofNullable(BY_CODE.get((int) code));
    }

    /** Finds a protocol by its name; {@code ipfs} is what {@code p2p} was called once. */
    static Optional<MultiaddrProtocol> byName(String name) {
        return Optional.ofNullable(BY_NAME.get(name.equals("ipfs") ? P2P.text : name));
    }

    int code() {
        return code;
    }

    /** The length of a value in bytes, or {@link #VARIABLE}. */
    int sizeBytes() {
        return sizeBytes;
    }

    boolean hasValue() {
        return sizeBytes != 0;
    }

    MultiaddrValue value() {
        return value;
    }

    /** The name in text, such as {@code quic-v1}. */
    @Override
    public String toString() {
        return text;
    }
}
