// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.ClosedException;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.PeerkitException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.muxer.MuxedStream;
import io.peerkit.transport.libp2p.internal.muxer.Muxer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An encrypted connection to a peer that has proven who it is.
 *
 * <p>Belongs to its event loop; {@link #execute} gets there from elsewhere. Only what says so may be called by any thread.
 */
public final class Connection {
    /** How long a connection that is to be closed waits for its last bytes to leave, or for the peer to close first. */
    static final Duration CLOSING_TIME = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private enum State {
        /** The peer has proven who it is, and nothing more. */
        SECURED,
        ESTABLISHED,
        /** The peer has been turned away and is given time to read that. */
        REFUSED,
        CLOSED
    }

    private final Channel channel;
    private final ConnectionContext context;
    private final boolean dialer;
    private final PeerId peer;
    private final NodeId node;
    private final Supplier<@Nullable SocketAddress> remote;
    private final Muxer muxer;
    private final EarlyStreams early;
    private final Map<String, ServedProtocol> serving = new HashMap<>();
    private final CompletableFuture<Connection> established = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile State state = State.SECURED;
    private @Nullable PeerkitException cause;
    private Runnable cancelTimeout = () -> {};

    /**
     * Makes a connection of a channel on which the peer has proven who it is.
     *
     * @param channel the socket, or what stands for it
     * @param context what connections share
     * @param dialer whether this side opened it
     * @param peer who is at the other end, proven
     * @param muxer makes what carries the streams, given this connection, on which it must not call anything yet
     */
    public Connection(
            Channel channel,
            ConnectionContext context,
            boolean dialer,
            PeerId peer,
            Function<Connection, ? extends Muxer> muxer) {
        this(channel, context, dialer, peer, channel::remoteAddress, muxer);
    }

    /**
     * Makes a connection of a channel that does not say itself where the peer is.
     *
     * @param channel as above
     * @param context as above
     * @param dialer as above
     * @param peer as above
     * @param remote tells where the peer is, null when that is no longer known
     * @param muxer as above
     */
    public Connection(
            Channel channel,
            ConnectionContext context,
            boolean dialer,
            PeerId peer,
            Supplier<@Nullable SocketAddress> remote,
            Function<Connection, ? extends Muxer> muxer) {
        this.channel = channel;
        this.remote = remote;
        this.context = context;
        this.dialer = dialer;
        this.peer = peer;
        node = new NodeId(peer.toString());
        this.muxer = muxer.apply(this);
        early = new EarlyStreams(this.muxer.ordersStreams());
    }

    /**
     * Begins, within what is left of the handshake's time.
     *
     * @param timeLeft until access must be granted
     */
    public void start(Duration timeLeft) {
        cancelTimeout = after(
                timeLeft,
                () -> close(new PeerUnreachableException("node " + node + " did not pass the access handshake within "
                        + context.settings().handshakeTimeout())));
        context.policy().secured(this);
    }

    // Any thread.

    /**
     * The peer's name for others.
     *
     * @return the text form of {@link #peer}
     */
    public NodeId node() {
        return node;
    }

    /**
     * The peer, proven.
     *
     * @return its PeerId
     */
    public PeerId peer() {
        return peer;
    }

    /**
     * Which side opened the connection.
     *
     * @return true when this side did
     */
    public boolean isDialer() {
        return dialer;
    }

    /**
     * Where the peer is.
     *
     * @return its socket's address, null when the socket is gone
     */
    public @Nullable SocketAddress remoteAddress() {
        return remote.get();
    }

    /**
     * Where this side of the connection is.
     *
     * @return its socket's address, null when the socket is gone
     */
    public @Nullable SocketAddress localAddress() {
        return channel.localAddress();
    }

    /**
     * How connections behave.
     *
     * @return the settings
     */
    public ConnectionSettings settings() {
        return context.settings();
    }

    /**
     * Whether the peer was let in and the connection is open.
     *
     * @return true from {@link #establish} to {@link #close}
     */
    public boolean isEstablished() {
        return state == State.ESTABLISHED;
    }

    /**
     * Whether the connection is open, let in or not.
     *
     * @return false after {@link #close}
     */
    public boolean isOpen() {
        return state != State.CLOSED;
    }

    /**
     * Completes when the peer is let in.
     *
     * @return a future of this connection, completed on the event loop, or failed with
     *     {@link AccessDeniedException}, {@link ClosedException} or {@link PeerUnreachableException}
     */
    public CompletableFuture<Connection> established() {
        return established;
    }

    /**
     * Completes when the connection is closed.
     *
     * @return a future that never fails, completed on the event loop
     */
    public CompletableFuture<Void> closed() {
        return closed;
    }

    /**
     * Runs a task on the event loop: at once when that is the calling thread.
     *
     * @param task what to do
     * @throws java.util.concurrent.RejectedExecutionException when the transport is closed
     */
    public void execute(Runnable task) {
        if (channel.eventLoop().inEventLoop()) {
            task.run();
        } else {
            channel.eventLoop().execute(task);
        }
    }

    /**
     * Where this connection lives, for what is to live beside it.
     *
     * @return its event loop
     */
    public EventLoop eventLoop() {
        return channel.eventLoop();
    }

    /**
     * Whether the bytes pass a relay.
     *
     * @return true for a circuit
     */
    public boolean isRelayed() {
        return remote.get() instanceof CircuitAddress;
    }

    // The event loop.

    /**
     * Runs a task later, unless the connection is closed by then.
     *
     * @param delay how much later
     * @param task what to do
     * @return cancels it
     */
    public Runnable after(Duration delay, Runnable task) {
        Future<?> timer = channel.eventLoop().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> timer.cancel(false);
    }

    /**
     * The clock by which {@link #after} goes.
     *
     * @return nanoseconds from any fixed point
     */
    public long nanoTime() {
        return nanoTime(channel);
    }

    /** The clock by which the channel's timers go. */
    static long nanoTime(Channel channel) {
        return nanoTime(channel.eventLoop());
    }

    /**
     * The clock by which an event loop's timers go.
     *
     * @param executor the loop
     * @return nanoseconds from any fixed point
     */
    public static long nanoTime(EventExecutor executor) {
        return executor instanceof AbstractScheduledEventExecutor loop
                ? loop.ticker().nanoTime()
                : System.nanoTime();
    }

    ProtocolTable protocols() {
        return context.protocols();
    }

    EarlyStreams early() {
        return early;
    }

    boolean serves(String protocol) {
        return context.policy().serves(this, protocol);
    }

    void serve(String protocol, Substream stream) {
        try {
            Function<Connection, InboundProtocol> found = context.protocols().find(protocol);
            if (found == null) {
                stream.reset();
                return;
            }
            ServedProtocol served = serving.computeIfAbsent(
                    protocol,
                    name -> new ServedProtocol(
                            found.apply(this), context.protocols().maxStreams()));
            if (!served.hasRoom()) {
                context.metrics().counter("streams.refused.protocol").increment();
                throw new LimitExceededException("node " + node + " has "
                        + context.protocols().maxStreams() + " streams of " + protocol + " open, no more may be");
            }
            served.accept(stream);
        } catch (PeerkitException e) {
            stream.fail(e);
        }
    }

    /** Lets the peer in. */
    public void establish() {
        if (state != State.SECURED) {
            return;
        }
        state = State.ESTABLISHED;
        cancelTimeout.run();
        muxer.start();
        context.established().accept(this);
        established.complete(this);
        early.granted();
    }

    /**
     * The machine's network changed or it has slept: closes the connection when its own end is gone, else asks the peer for a sign
     * of life.
     *
     * @param gone addresses that the machine has no longer
     */
    public void moved(Set<InetAddress> gone) {
        if (state != State.ESTABLISHED) {
            return; // it has little time left as it is
        }
        if (channel.localAddress() instanceof InetSocketAddress local && gone.contains(local.getAddress())) {
            close(new PeerUnreachableException("address " + local.getAddress().getHostAddress() + ", by which node "
                    + node + " was connected, is gone"));
        } else {
            muxer.probe();
        }
    }

    /**
     * Turns the peer away: nothing more is served, and the connection closes once the peer closes it or a second has passed,
     * so that the peer can read why.
     *
     * @param why what to tell who waits here
     */
    public void refuse(AccessDeniedException why) {
        if (state != State.SECURED) {
            return;
        }
        state = State.REFUSED;
        cause = why;
        cancelTimeout.run();
        cancelTimeout = after(CLOSING_TIME, () -> close(why));
        established.completeExceptionally(why);
        early.refused(why);
    }

    /**
     * Opens a stream.
     *
     * @param protocol what to speak on it
     * @return a future of the stream without a driver, completed on the event loop, or failed with
     *     {@link io.peerkit.api.ProtocolRefusedException}, {@link LimitExceededException} or
     *     {@link PeerUnreachableException}
     */
    public CompletableFuture<Substream> open(String protocol) {
        CompletableFuture<Substream> opened = new CompletableFuture<>();
        try {
            Substream stream = new Substream(this, muxer.open());
            new OutboundNegotiation(stream, protocol, opened).start();
        } catch (ClosedException e) {
            opened.completeExceptionally(
                    isOpen()
                            ? new PeerUnreachableException("connection to " + node + " takes no new stream", e)
                            : streamFailure());
        } catch (PeerkitException e) {
            opened.completeExceptionally(e);
        }
        return opened;
    }

    /** Sends what is due at the end of this turn of the event loop. */
    void flushSoon() {
        assert channel.eventLoop().inEventLoop() : "a connection belongs to its event loop";
        muxer.flushSoon();
    }

    /** Sends what is due as far as the socket takes it. */
    void flush() {
        try {
            muxer.flush();
        } catch (PeerkitException e) {
            close(e);
        }
    }

    /**
     * The peer has opened a stream; nothing on it was looked at yet.
     *
     * @param opened the stream; this connection attaches a {@link Substream} to it
     */
    public void opened(MuxedStream opened) {
        Substream stream = new Substream(this, opened);
        try {
            if (state == State.ESTABLISHED || (state == State.SECURED && early.opened())) {
                stream.await(new InboundNegotiation(stream));
            } else {
                stream.reset();
            }
        } catch (InvalidBytesException e) {
            close(new InvalidBytesException("node " + node + " opened " + e.getMessage(), e));
        }
    }

    /**
     * What those are told whose streams end with the connection.
     *
     * @return why it is closed
     */
    public PeerkitException streamFailure() {
        PeerkitException why = cause;
        if (why instanceof ClosedException) {
            return why;
        }
        return why == null
                ? new PeerUnreachableException("connection to " + node + " is closed")
                : new PeerUnreachableException("connection to " + node + " is closed: " + why.getMessage(), why);
    }

    /**
     * Closes the connection: all streams fail, the peer is told, and the socket is gone a second later at the latest.
     *
     * @param why what to tell who waits here; {@link ClosedException} when the transport is closed
     */
    public void close(PeerkitException why) {
        if (state == State.CLOSED) {
            return;
        }
        LOG.debug("connection to {} closes: {}", node, why.getMessage());
        boolean refused = state == State.REFUSED;
        state = State.CLOSED;
        cause = refused ? cause : why;
        cancelTimeout.run();
        muxer.close();
        Runnable unlessDone = after(CLOSING_TIME, this::closeNow);
        channel.closeFuture().addListener(closed -> unlessDone.run());
        context.policy().closed(this);
        established.completeExceptionally(
                why instanceof AccessDeniedException || why instanceof ClosedException ? why : streamFailure());
        closed.complete(null);
    }

    private void closeNow() {
        var unused = channel.close();
    }
}
