// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.PeerkitException;
import io.peerkit.api.RelayAddress;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.api.transport.TransportFactory;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.connection.ProtocolTable;
import io.peerkit.transport.libp2p.internal.connection.ReceiveBudgets;
import io.peerkit.transport.libp2p.internal.limits.RateLimits;
import io.peerkit.transport.libp2p.internal.mdns.Mdns;
import io.peerkit.transport.libp2p.internal.mdns.ServiceName;
import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.swarm.SwarmSettings;
import io.peerkit.transport.libp2p.internal.websocket.WebSocketCarrier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;

/**
 * The transport over TCP, WebSocket and QUIC that speaks libp2p: TLS or Noise, yamux, identify and ping, and on them the access handshake and messages
 * of Peerkit. The wire is described in {@code docs/protocols/transport.md}.
 *
 * <p>Addresses are multiaddrs in their text form, such as {@code /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…} or
 * {@code /dns4/example.org/tcp/4001}; nodes are named by their PeerIds in base58.
 *
 * <pre>{@code
 * Transport transport = Libp2pTransport.builder()
 *         .listen("/ip4/0.0.0.0/tcp/4001")
 *         .start(context).join();
 * }</pre>
 */
public final class Libp2pTransport {
    private Libp2pTransport() {}

    /**
     * Settings of a transport.
     *
     * @return the defaults: listens on a free TCP port of all IPv4 interfaces
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Settings of a transport; checked by {@link #start}. Not safe for use by many threads. */
    public static final class Builder implements TransportFactory {
        private static final Duration MIN_TIMEOUT = Duration.ofMillis(10);
        private static final Duration MAX_TIMEOUT = Duration.ofMinutes(5);
        private static final int MAX_CONNECTIONS = 65_536;
        private static final long MIN_RECEIVE_BYTES = 1_048_576;
        private static final long MAX_RECEIVE_BYTES = 68_719_476_736L;

        private final List<NodeAddress> listen = new ArrayList<>();
        private final List<RelayAddress> relays = new ArrayList<>();
        private Optional<SSLContext> webSocketTls = Optional.empty();
        private boolean noListen;
        private List<SecureChannelKind> secureChannels = List.of(SecureChannelKind.TLS, SecureChannelKind.NOISE);
        private Optional<Set<String>> mdns = Optional.empty();
        private long maxReceiveBytes = ReceiveBudgets.defaultBytes();
        private long maxReceiveBytesPerPeer = ReceiveBudgets.DEFAULT_PEER_BYTES;
        private Duration handshakeTimeout = Duration.ofSeconds(10);
        private Duration dialTimeout = Duration.ofSeconds(5);
        private int maxConnections = 1_024;
        private int maxConnectionsPerAddress = 256;
        private int maxPendingHandshakes = 128;
        private RateLimits rates = RateLimits.defaults();
        private int maxStreamsPerProtocol = ProtocolTable.MAX_STREAMS;
        private RelayLimits relayLimits = RelayLimits.defaults();
        private boolean portMapping;

        private Builder() {}

        /**
         * Listens at an address; may be repeated.
         *
         * @param address an IP address and a TCP port, {@code /ip4/…/tcp/…} or {@code /ip6/…/tcp/…}; port 0 is any free one.
         *     With {@code /ws} behind it WebSocket is spoken there, with {@code /tls/ws} WebSocket over TLS, which needs
         *     {@link #webSocketTls}. A UDP port with {@code /quic-v1} behind it needs the artifact
         *     {@code peerkit-transport-libp2p-quic}
         * @return this
         */
        public Builder listen(NodeAddress address) {
            listen.add(address);
            return this;
        }

        /**
         * Listens at an address; may be repeated.
         *
         * @param multiaddr as {@link #listen(NodeAddress)}, in text form
         * @return this
         */
        public Builder listen(String multiaddr) {
            return listen(new NodeAddress(multiaddr));
        }

        /**
         * Sets the certificate with which to listen at {@code /tls/ws}, and what servers are trusted when such an address is
         * dialed. The name in the address must be in the server's certificate; who the node is, it proves by itself inside.
         *
         * @param context from the application's key store; unless set, none is listened at, and the platform's default decides
         *     what is trusted
         * @return this
         */
        public Builder webSocketTls(SSLContext context) {
            webSocketTls = Optional.of(context);
            return this;
        }

        /**
         * Does not listen: others cannot connect to this node.
         *
         * @return this
         */
        public Builder noListen() {
            noListen = true;
            return this;
        }

        /**
         * Names a relay to stay connected to and to be reached through, or a bootstrap node to stay connected to; may be
         * repeated.
         *
         * @param address a multiaddr that ends in {@code /p2p/…}
         * @return this
         */
        public Builder relay(RelayAddress address) {
            relays.add(address);
            return this;
        }

        /**
         * How connections are secured. When this node dials, its first that the peer speaks too is taken; when it is dialed, the
         * peer's.
         *
         * @param kinds each at most once, best first; {@link SecureChannelKind#NOISE}, which every libp2p node speaks, must be
         *     among them. TLS before Noise unless set
         * @return this
         */
        public Builder secureChannels(List<SecureChannelKind> kinds) {
            secureChannels = List.copyOf(kinds);
            return this;
        }

        /**
         * How many bytes may wait on all connections together until the application reads them. Receive windows grow only
         * while their sum stays below it; when it is passed nevertheless, the stream that holds most on the connection that
         * passed it is reset.
         *
         * @param bytes 1 MiB to 64 GiB; a quarter of the largest heap unless set, at least 32 MiB and at most 256 MiB
         * @return this
         */
        public Builder maxReceiveBytes(long bytes) {
            maxReceiveBytes = bytes;
            return this;
        }

        /**
         * How many bytes may wait on all connections of one peer until the application reads them, as
         * {@link #maxReceiveBytes}.
         *
         * @param bytes 1 MiB to 64 GiB; 48 MiB unless set
         * @return this
         */
        public Builder maxReceiveBytesPerPeer(long bytes) {
            maxReceiveBytesPerPeer = bytes;
            return this;
        }

        /**
         * How long a peer may take from the first byte until access is granted.
         *
         * @param timeout 10 ms to 5 min; 10 s unless set
         * @return this
         */
        public Builder handshakeTimeout(Duration timeout) {
            handshakeTimeout = timeout;
            return this;
        }

        /**
         * How long an address may take to answer before it is given up.
         *
         * @param timeout 10 ms to 5 min; 5 s unless set
         * @return this
         */
        public Builder dialTimeout(Duration timeout) {
            dialTimeout = timeout;
            return this;
        }

        /**
         * How many connections may be open at a time; more are closed when accepted and fail when dialed.
         *
         * @param count 1 to 65,536; 1,024 unless set
         * @return this
         */
        public Builder maxConnections(int count) {
            maxConnections = count;
            return this;
        }

        /**
         * How many connections from one IP address may be open at a time; more are closed. The addresses of an IPv6 network of
         * 64 bits count as one.
         *
         * @param count 1 to 65,536; 256 unless set
         * @return this
         */
        public Builder maxConnectionsPerAddress(int count) {
            maxConnectionsPerAddress = count;
            return this;
        }

        /**
         * How many accepted connections may be in their handshake at a time; more are closed.
         *
         * @param count 1 to 65,536; 128 unless set
         * @return this
         */
        public Builder maxPendingHandshakes(int count) {
            maxPendingHandshakes = count;
            return this;
        }

        /**
         * Has the router of a home open the ports at which this node listens, by PCP, NAT-PMP or UPnP IGD, and close them when the
         * transport is closed. A node that listens on loopback alone, or is on the internet itself, asks no router.
         *
         * @param wanted false unless set: it changes a device that is not this node's, and whoever owns it may not want that
         * @return this
         */
        public Builder portMapping(boolean wanted) {
            portMapping = wanted;
            return this;
        }

        /**
         * What to give away as a relay. Of use in infrastructure mode only.
         *
         * @param limits the limits; {@link RelayLimits#defaults} unless set
         * @return this
         */
        public Builder relayLimits(RelayLimits limits) {
            relayLimits = limits;
            return this;
        }

        /**
         * How fast connections from one IP address are accepted; more are closed. The addresses of an IPv6 network of 64 bits count
         * as one, those of loopback not at all.
         *
         * @param burst at once, 1 to 65,536; 64 unless set
         * @param perSecond afterwards, 1 to 65,536; 16 unless set
         * @return this
         */
        public Builder acceptRate(int burst, int perSecond) {
            rates = rates.withAccepts(burst, perSecond);
            return this;
        }

        /**
         * How fast addresses are dialed; more fail at once. To one host it is at most 64 at once and 8 a second. Addresses of
         * loopback do not count.
         *
         * @param burst at once, 1 to 65,536; 512 unless set
         * @param perSecond afterwards, 1 to 65,536; 128 unless set
         * @return this
         */
        public Builder dialRate(int burst, int perSecond) {
            rates = rates.withDials(burst, perSecond);
            return this;
        }

        /**
         * How many streams of one protocol a peer may have open on a connection; more are reset.
         *
         * @param count 1 to 65,536; 128 unless set
         * @return this
         */
        public Builder maxStreamsPerProtocol(int count) {
            maxStreamsPerProtocol = count;
            return this;
        }

        /**
         * Finds nodes of the same network on the same link, and lets them find this one, by multicast DNS. Who listens there learns
         * that a node of some network is at this address, and its name; not which network it is, unless he knows its id.
         *
         * @param interfaces names of the network interfaces to do so on; all when there are none
         * @return this
         */
        public Builder mdns(String... interfaces) {
            mdns = Optional.of(Set.copyOf(List.of(interfaces)));
            return this;
        }

        @Override
        public CompletableFuture<Transport> start(TransportContext context) {
            try {
                Optional<List<Multiaddr>> addresses = checkedListen();
                relays.forEach(Builder::check);
                GatedTransport transport =
                        new GatedTransport(context, checkedLimits(), relays, relayLimits, webSocketTls, portMapping);
                return transport.listen(addresses, discovery(context));
            } catch (PeerkitException e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        private Optional<Mdns.Settings> discovery(TransportContext context) {
            return mdns.map(interfaces -> new Mdns.Settings(interfaces, ServiceName.of(context.network()), Mdns.PORT));
        }

        private Optional<List<Multiaddr>> checkedListen() {
            if (noListen && !listen.isEmpty()) {
                throw new InvalidSettingException("noListen is set and listen too (" + listen.get(0) + "), set one");
            }
            return listen.isEmpty() && !noListen
                    ? Optional.empty()
                    : Optional.of(listen.stream().map(this::checkedListen).toList());
        }

        private Multiaddr checkedListen(NodeAddress text) {
            Multiaddr address = parse("listen", text.value());
            boolean isWebSocket = WebSocketCarrier.isWebSocket(address);
            boolean isKnown = address.isTcp() || isWebSocket || address.isQuic();
            if (!isKnown || address.ip().isEmpty() || address.peerId().isPresent()) {
                throw new InvalidSettingException("listen " + text
                        + " must be /ip4/…/tcp/… or /ip6/…/tcp/…, perhaps with /ws or /tls/ws, or /…/udp/…/quic-v1");
            }
            if (isWebSocket && (!text.value().endsWith("/ws") || text.value().contains("/sni/"))) {
                throw new InvalidSettingException("listen " + text + " must end in /ws or /tls/ws");
            }
            if (text.value().endsWith("/tls/ws") && webSocketTls.isEmpty()) {
                throw new InvalidSettingException("listen " + text + " needs webSocketTls to be set");
            }
            return address;
        }

        private static void check(RelayAddress text) {
            Multiaddr address = parse("relay", text.value());
            if (address.peerId().isEmpty() || address.isRelayed()) {
                throw new InvalidSettingException(
                        "relay " + text + " must end in /p2p/… and lead through no other relay");
            }
        }

        private static Multiaddr parse(String setting, String text) {
            try {
                return Multiaddr.parse(text);
            } catch (InvalidBytesException e) {
                throw new InvalidSettingException(setting + " " + text + " is no address: " + e.getMessage(), e);
            }
        }

        private List<String> checkedSecurity() {
            if (!secureChannels.contains(SecureChannelKind.NOISE)
                    || Set.copyOf(secureChannels).size() < secureChannels.size()) {
                throw new InvalidSettingException(
                        "secureChannels " + secureChannels + " must have NOISE among them and each at most once");
            }
            return secureChannels.stream().map(SecureChannelKind::protocol).toList();
        }

        private SwarmSettings checkedLimits() {
            check("handshakeTimeout", handshakeTimeout);
            check("dialTimeout", dialTimeout);
            check("maxReceiveBytes", maxReceiveBytes);
            check("maxReceiveBytesPerPeer", maxReceiveBytesPerPeer);
            check("maxConnections", maxConnections);
            check("maxConnectionsPerAddress", maxConnectionsPerAddress);
            check("maxPendingHandshakes", maxPendingHandshakes);
            check("maxStreamsPerProtocol", maxStreamsPerProtocol);
            check("acceptRate burst", rates.acceptBurst());
            check("acceptRate perSecond", rates.acceptsPerSecond());
            check("dialRate burst", rates.dialBurst());
            check("dialRate perSecond", rates.dialsPerSecond());
            SwarmSettings usual = SwarmSettings.of(ConnectionSettings.of(handshakeTimeout)
                    .withSecurity(checkedSecurity())
                    .withReceiveBytes(maxReceiveBytes, maxReceiveBytesPerPeer));
            return new SwarmSettings(
                    usual.connections(),
                    dialTimeout,
                    maxConnections,
                    maxConnectionsPerAddress,
                    maxPendingHandshakes,
                    usual.threads(),
                    rates,
                    maxStreamsPerProtocol);
        }

        private static void check(String setting, Duration timeout) {
            if (timeout.compareTo(MIN_TIMEOUT) < 0 || timeout.compareTo(MAX_TIMEOUT) > 0) {
                throw new InvalidSettingException(
                        setting + " of " + timeout + ", must be " + MIN_TIMEOUT + " to " + MAX_TIMEOUT);
            }
        }

        private static void check(String setting, long bytes) {
            if (bytes < MIN_RECEIVE_BYTES || bytes > MAX_RECEIVE_BYTES) {
                throw new InvalidSettingException(
                        setting + " of " + bytes + " bytes, must be " + MIN_RECEIVE_BYTES + " to " + MAX_RECEIVE_BYTES);
            }
        }

        private static void check(String setting, int count) {
            if (count < 1 || count > MAX_CONNECTIONS) {
                throw new InvalidSettingException(setting + " of " + count + ", must be 1 to " + MAX_CONNECTIONS);
            }
        }
    }
}
