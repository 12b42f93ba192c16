// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds nodes on the links of this machine, and lets them find this one: a thread that carries out what {@link MdnsMachine}
 * decides. Where a group cannot be joined, or the port is another program's alone, it goes on without.
 *
 * <p>Safe for use by any thread.
 */
public final class Mdns implements AutoCloseable {
    /** The port of multicast DNS (RFC 6762 §3). */
    public static final int PORT = 5_353;

    /** How often to look which links there are. */
    static final Duration LOOK = Duration.ofSeconds(5);

    /** How many datagrams of a socket are taken before the clock is looked at again. */
    private static final int MAX_DATAGRAMS = 64;

    private static final Duration CLOSING_TIME = Duration.ofSeconds(2);
    private static final String GROUP_IP4 = "224.0.0.251";
    private static final String GROUP_IP6 = "ff02::fb";
    private static final Logger LOG = LoggerFactory.getLogger(Mdns.class);

    private final Settings settings;
    private final Supplier<List<Multiaddr>> addresses;
    private final BiConsumer<PeerId, List<Multiaddr>> found;
    private final MdnsMachine machine;
    private final Selector selector;
    private final List<GroupSocket> sockets = new ArrayList<>();
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean changed = true;

    /**
     * What discovery runs with.
     *
     * @param interfaces names of those to run on; all when empty
     * @param service what nodes that look for each other have in common, such as {@code _p2p._udp.local}
     * @param port the port of all of them, {@link #PORT} but in tests
     */
    public record Settings(Set<String> interfaces, String service, int port) {
        /** Copies the set. */
        public Settings {
            interfaces = Set.copyOf(interfaces);
        }
    }

    private Mdns(
            Settings settings,
            PeerId self,
            Supplier<List<Multiaddr>> addresses,
            BiConsumer<PeerId, List<Multiaddr>> found,
            Selector selector) {
        this.settings = settings;
        this.addresses = addresses;
        this.found = found;
        this.selector = selector;
        machine = new MdnsMachine(self, DnsName.of(settings.service()), new SecureRandom(), System.nanoTime());
        thread = new Thread(this::run, "peerkit-mdns");
        thread.setDaemon(true);
    }

    /**
     * Starts.
     *
     * @param settings what it runs with
     * @param self this node
     * @param addresses where this node listens, asked often
     * @param found is told of nodes and where they are said to be, on the thread of discovery; must return at once
     * @return what to close
     * @throws IOException when the system has no selector to give
     */
    public static Mdns start(
            Settings settings,
            PeerId self,
            Supplier<List<Multiaddr>> addresses,
            BiConsumer<PeerId, List<Multiaddr>> found)
            throws IOException {
        Mdns mdns = new Mdns(settings, self, addresses, found, Selector.open());
        mdns.thread.start();
        return mdns;
    }

    /** Looks at the links again now, and asks as at the beginning: the network changed, or the machine has slept. */
    public void changed() {
        changed = true;
        selector.wakeup();
    }

    private void run() {
        open(GROUP_IP4);
        open(GROUP_IP6);
        ByteBuffer buffer = ByteBuffer.allocate(DnsCodec.MAX_BYTES + 1);
        long look = System.nanoTime();
        try (Selector closing = selector) {
            while (!closed) {
                long now = System.nanoTime();
                if (changed || look - now <= 0) {
                    if (changed) {
                        changed = false;
                        machine.restart(now);
                    }
                    refresh(now);
                    look = now + LOOK.toNanos();
                }
                perform(machine.tick(now));
                long next = machine.next().orElse(look);
                long wait = Math.min(next - now, look - now);
                closing.select(Math.max(1, Duration.ofNanos(wait).toMillis()));
                receive(buffer);
            }
            perform(machine.goodbye());
        } catch (IOException e) {
            LOG.warn("discovery on this network ends", e);
        } finally {
            sockets.forEach(GroupSocket::close);
        }
    }

    private void open(String group) {
        try {
            sockets.add(
                    GroupSocket.open(new InetSocketAddress(InetAddress.getByName(group), settings.port()), selector));
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn("no discovery by {}: {}", group, e.toString());
        }
    }

    private void refresh(long now) {
        try {
            List<Link> links = Links.of(settings.interfaces());
            sockets.forEach(socket -> socket.join(links));
            machine.links(links, addresses.get(), now);
        } catch (IOException e) {
            LOG.debug("network interfaces cannot be listed: {}", e.toString());
        }
    }

    private void receive(ByteBuffer buffer) throws IOException {
        for (SelectionKey key : selector.selectedKeys()) {
            GroupSocket socket = (GroupSocket) key.attachment();
            for (int i = 0; i < MAX_DATAGRAMS; i++) {
                if (!socket.receive(buffer, from -> received(buffer, from))) {
                    break;
                }
            }
        }
        selector.selectedKeys().clear();
    }

    /** What comes from another port is no multicast DNS (RFC 6762 §6). */
    private void received(ByteBuffer buffer, InetSocketAddress from) {
        if (from.getPort() == settings.port()) {
            byte[] message = new byte[buffer.remaining()];
            buffer.get(message);
            perform(machine.received(from.getAddress(), message, System.nanoTime()));
        }
    }

    private void perform(List<MdnsMachine.Action> actions) {
        for (MdnsMachine.Action action : actions) {
            if (action instanceof MdnsMachine.Action.Send send) {
                sockets.forEach(socket -> socket.send(send.link(), send.message()));
            } else if (action instanceof MdnsMachine.Action.Found node) {
                found.accept(node.peer(), node.addresses());
            }
        }
    }

    /** Takes back what was announced and ends the thread, without waiting for that. */
    public void stop() {
        closed = true;
        selector.wakeup();
    }

    /** Does what {@link #stop} does, and returns when the thread has ended, or after 2 s. */
    @Override
    public void close() {
        stop();
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join(CLOSING_TIME.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
