// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.mdns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One socket for each family of addresses, a member of the group on every link that can have it. Belongs to one thread. */
final class GroupSocket implements AutoCloseable {
    /** Messages of discovery stay on the link; this is how receivers of old knew (RFC 6762 §11). */
    private static final int TTL = 255;

    private static final Logger LOG = LoggerFactory.getLogger(GroupSocket.class);

    private final DatagramChannel channel;
    private final InetSocketAddress group;
    private final boolean ip6;
    private final Map<Integer, MembershipKey> members = new HashMap<>();

    private GroupSocket(DatagramChannel channel, InetSocketAddress group, boolean ip6) {
        this.channel = channel;
        this.group = group;
        this.ip6 = ip6;
    }

    /** Opens a socket beside those of other programs on the same port. */
    static GroupSocket open(InetSocketAddress group, Selector selector) throws IOException {
        boolean ip6 = group.getAddress().getAddress().length > Integer.BYTES;
        DatagramChannel channel =
                DatagramChannel.open(ip6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            if (channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
                channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, TTL);
            channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true);
            channel.configureBlocking(false);
            channel.bind(new InetSocketAddress(InetAddress.getByName(ip6 ? "::" : "0.0.0.0"), group.getPort()));
            GroupSocket socket = new GroupSocket(channel, group, ip6);
            channel.register(selector, SelectionKey.OP_READ, socket);
            return socket;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private boolean suits(Link link) {
        return ip6 ? link.hasIp6() : link.hasIp4();
    }

    /** Becomes a member on the links there are, and forgets those that are gone. */
    void join(List<Link> links) {
        Map<Integer, Link> wanted =
                links.stream().filter(this::suits).collect(Collectors.toMap(Link::index, link -> link));
        members.entrySet().removeIf(member -> {
            boolean gone =
                    !wanted.containsKey(member.getKey()) || !member.getValue().isValid();
            if (gone) {
                member.getValue().drop();
            }
            return gone;
        });
        wanted.forEach((index, link) -> {
            if (!members.containsKey(index)) {
                try {
                    NetworkInterface system = NetworkInterface.getByIndex(index);
                    if (system != null) {
                        members.put(index, channel.join(group.getAddress(), system));
                    }
                } catch (IOException | IllegalArgumentException e) {
                    LOG.debug("cannot join {} on {}: {}", group, link.name(), e.toString());
                }
            }
        });
    }

    /** Sends on a link of which it is a member; a message that cannot be sent is lost, as it may be on the way. */
    void send(Link link, byte[] message) {
        MembershipKey member = members.get(link.index());
        if (member == null) {
            return;
        }
        try {
            channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, member.networkInterface());
            channel.send(ByteBuffer.wrap(message), group);
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("cannot send to {} on {}: {}", group, link.name(), e.toString());
        }
    }

    /** Takes a datagram that has come; false when there is none. The buffer is filled and flipped. */
    boolean receive(ByteBuffer buffer, Consumer<InetSocketAddress> from) throws IOException {
        buffer.clear();
        InetSocketAddress sender = (InetSocketAddress) channel.receive(buffer);
        if (sender == null) {
            return false;
        }
        buffer.flip();
        from.accept(sender);
        return true;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("cannot close the socket of {}: {}", group, e.toString());
        }
    }
}
