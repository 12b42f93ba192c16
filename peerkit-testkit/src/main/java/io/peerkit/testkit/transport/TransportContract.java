// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.ClosedException;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolId;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Transport;
import io.peerkit.api.transport.TransportContext;
import io.peerkit.api.transport.TransportMode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Transport} must do. An implementation extends this and says how to start one on loopback.
 *
 * <p>Nothing here sleeps: tests wait for futures, through {@link #await}, which an implementation on virtual time
 * overrides to let that time pass.
 */
public abstract class TransportContract {
    /** How long a test waits for what must happen. */
    protected static final Duration PATIENCE = Duration.ofSeconds(20);

    /** How long a write that must not complete is watched; a slow machine makes the test weaker, never red. */
    private static final Duration STALL = Duration.ofMillis(300);

    /** How many bytes may leave for a reader that does not read. */
    private static final int MAX_BYTES_WITHOUT_READER = 8 * 1_048_576;

    private static final int MEBIBYTE = 1_048_576;
    private static final ProtocolId ECHO = new ProtocolId("/test/echo/1.0.0");
    private static final ProtocolId HELD = new ProtocolId("/test/held/1.0.0");

    private final List<ContractNode> nodes = new ArrayList<>();

    /** For implementations. */
    protected TransportContract() {}

    /**
     * Starts a transport that listens where the others of the same test can reach it.
     *
     * @param context what to give it
     * @return a future of the transport
     */
    protected abstract CompletableFuture<Transport> start(TransportContext context);

    /**
     * An address at which nobody listens.
     *
     * @return a well-formed address
     */
    protected abstract NodeAddress nowhere();

    /**
     * The place of one node under the name of another.
     *
     * @param address an address from {@link Transport#listenAddresses}
     * @param other the name to put there
     * @return the changed address
     */
    protected abstract NodeAddress renamed(NodeAddress address, NodeId other);

    /**
     * Waits for a future.
     *
     * @param future what must complete within {@link #PATIENCE}
     * @param <T> its type
     * @return its value
     * @throws ExecutionException when it failed
     * @throws TimeoutException when it did not complete
     * @throws InterruptedException when the test is stopped
     */
    protected <T> T await(CompletableFuture<T> future)
            throws ExecutionException, TimeoutException, InterruptedException {
        return await(future, PATIENCE);
    }

    /**
     * Waits for a future.
     *
     * @param future what must complete
     * @param patience how long to wait
     * @param <T> its type
     * @return its value
     * @throws ExecutionException when it failed
     * @throws TimeoutException when it did not complete
     * @throws InterruptedException when the test is stopped
     */
    protected <T> T await(CompletableFuture<T> future, Duration patience)
            throws ExecutionException, TimeoutException, InterruptedException {
        return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @AfterEach
    final void closeAll() {
        nodes.forEach(node -> node.transport().close());
    }

    // Who is there.

    @Test
    final void start_sameSeedAgain_sameNameAfterRestart() throws Exception {
        ContractNode first = node(1);
        NodeId name = first.transport().nodeId();
        first.transport().close();

        assertEquals(name, node(1).transport().nodeId());
        assertNotEquals(name, node(2).transport().nodeId());
    }

    @Test
    final void start_fresh_modeAndAddressesKnown() throws Exception {
        assertEquals(TransportMode.NODE, node(1).transport().mode());
        ContractNode infrastructure = node(2, TransportMode.INFRASTRUCTURE, ContractNode.KEY);
        assertEquals(TransportMode.INFRASTRUCTURE, infrastructure.transport().mode());
        assertFalse(infrastructure.transport().listenAddresses().isEmpty());
        assertEquals(Set.of(), infrastructure.transport().connectedNodes());
    }

    // Access.

    @Test
    final void connect_sameKey_grantedOnBothSides() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);

        assertEquals(other.transport().nodeId(), connect(one, other));

        assertEquals(
                List.of("granted " + other.transport().nodeId() + " " + other.agentId()),
                texts(await(one.log().until("granted", 1))));
        assertEquals(
                List.of("granted " + one.transport().nodeId() + " " + one.agentId()),
                texts(await(other.log().until("granted", 1))));
        assertEquals(Set.of(other.transport().nodeId()), one.transport().connectedNodes());
        assertEquals(Set.of(one.transport().nodeId()), other.transport().connectedNodes());
        assertTrue(one.transport().isDirect(other.transport().nodeId()));
        assertFalse(one.transport().isDirect(one.transport().nodeId()));
    }

    @Test
    final void connect_otherKey_deniedOnBothSidesAndRemembered() throws Exception {
        ContractNode one = node(1);
        ContractNode stranger = node(2, TransportMode.NODE, ContractNode.OTHER_KEY);

        assertFails(AccessDeniedException.class, one.transport().connect(addresses(stranger)));
        await(one.log().until("denied", 1));
        await(stranger.log().until("denied", 1));
        int negotiationsOfOne = one.negotiations();
        int negotiationsOfStranger = stranger.negotiations();

        assertFails(AccessDeniedException.class, one.transport().connect(addresses(stranger)));
        assertFails(AccessDeniedException.class, stranger.transport().connect(addresses(one)));
        assertFails(
                PeerUnreachableException.class,
                one.transport().openStream(stranger.transport().nodeId(), ECHO));
        assertEquals(negotiationsOfOne, one.negotiations(), "a denied node is not checked again");
        assertEquals(negotiationsOfStranger, stranger.negotiations(), "a denied node is not checked again");
        assertEquals(Set.of(), one.transport().connectedNodes());
        assertEquals(Set.of(), stranger.transport().connectedNodes());
        assertEquals(0, one.log().count("granted"));
    }

    @Test
    final void connect_deniedNodeCameBackUnderItsName_notCheckedAgain() throws Exception {
        ContractNode one = node(1);
        ContractNode stranger = node(2, TransportMode.NODE, ContractNode.OTHER_KEY);
        assertFails(AccessDeniedException.class, stranger.transport().connect(addresses(one)));
        await(one.log().until("denied", 1));
        int negotiations = one.negotiations();
        stranger.transport().close();

        ContractNode again = node(2);

        assertThrows(ExecutionException.class, () -> await(again.transport().connect(addresses(one))));
        assertEquals(negotiations, one.negotiations());
        assertEquals(Set.of(), one.transport().connectedNodes());
    }

    @Test
    final void connect_twice_grantedOnce() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        connect(one, other);
        connect(other, one);
        ping(one, other);

        assertEquals(1, one.log().count("granted"));
        assertEquals(1, other.log().count("granted"));
    }

    @Test
    final void connect_bothAtOnce_grantedOnceAndGoneOnce() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        CompletableFuture<NodeId> there = one.transport().connect(addresses(other));
        CompletableFuture<NodeId> back = other.transport().connect(addresses(one));
        await(there);
        await(back);
        ping(one, other);
        ping(other, one);
        assertEquals(1, one.log().count("granted"));
        assertEquals(1, other.log().count("granted"));

        one.transport().disconnect(other.transport().nodeId());
        await(one.log().until("gone", 1));
        await(other.log().until("gone", 1));
        assertEquals(1, one.log().count("gone"));
        assertEquals(1, other.log().count("gone"));
    }

    @Test
    final void connect_listeningSideSpeaksAtOnce_dialingSideHasGrantedBefore() throws Exception {
        ContractNode one = node(1);
        for (int i = 2; i < 12; i++) {
            ContractNode other = node(i);
            byte[] bytes = random(i, 100);
            // Runs within the call of the listener: the peer cannot know yet that it is granted.
            CompletableFuture<byte[]> echo = other.log()
                    .until("granted", 1)
                    .thenCompose(granted ->
                            other.transport().openStream(one.transport().nodeId(), ECHO))
                    .thenCompose(stream -> StreamTools.exchange(stream, bytes));
            connect(one, other);
            assertArrayEquals(bytes, await(echo));
        }
    }

    @Test
    final void connect_nobodyThere_unreachable() throws Exception {
        assertFails(PeerUnreachableException.class, node(1).transport().connect(List.of(nowhere())));
    }

    @Test
    final void connect_noAddressOfThisTransport_invalid() throws Exception {
        Transport one = node(1).transport();
        assertFails(InvalidBytesException.class, one.connect(List.of(new NodeAddress("no address at all"))));
        assertFails(InvalidBytesException.class, one.connect(List.of()));
    }

    @Test
    final void connect_oneUsableAddressAmongOthers_connected() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        List<NodeAddress> addresses = new ArrayList<>(List.of(new NodeAddress("no address at all"), nowhere()));
        addresses.addAll(addresses(other));

        assertEquals(other.transport().nodeId(), await(one.transport().connect(addresses)));
    }

    @Test
    final void connect_otherNodeAnswers_refused() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        ContractNode third = node(3);
        NodeAddress wrong = renamed(addresses(other).get(0), third.transport().nodeId());

        assertFails(PeerUnreachableException.class, one.transport().connect(List.of(wrong)));
        assertEquals(Set.of(), one.transport().connectedNodes());
        assertEquals(0, one.log().count("granted"));
        assertEquals(0, other.log().count("granted"));
    }

    @Test
    final void disconnect_connected_goneOnBothSidesAndMayComeBack() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        await(other.log().until("granted", 1));

        one.transport().disconnect(other.transport().nodeId());

        await(one.log().until("gone", 1));
        await(other.log().until("gone", 1));
        assertEquals(Set.of(), one.transport().connectedNodes());
        assertEquals(Set.of(), other.transport().connectedNodes());
        assertFails(
                PeerUnreachableException.class,
                one.transport().send(other.transport().nodeId(), new byte[1]));

        connect(other, one);
        await(one.log().until("granted", 2));
        ping(one, other);
    }

    @Test
    final void listener_connectionWithTraffic_toldInOrder() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        ping(one, other);
        await(one.transport().sendAgents(other.transport().nodeId(), new byte[] {1}));
        one.transport().close();

        List<ListenerLog.Event> events = await(other.log().until("gone", 1));

        assertEquals(
                List.of("granted", "message", "agents", "gone"),
                events.stream().map(ListenerLog.Event::name).toList());
    }

    // Messages.

    @Test
    final void send_upToTheBound_delivered() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        NodeId to = other.transport().nodeId();
        byte[] largest = random(1, Transport.MAX_MESSAGE_BYTES);
        byte[] smallest = {42};

        await(one.transport().send(to, largest));
        await(one.transport().send(to, smallest));
        await(one.transport().sendAgents(to, largest));

        List<ListenerLog.Event> events = await(other.log().until(all -> all.size() >= 4));
        assertArrayEquals(largest, events.get(1).message());
        assertArrayEquals(smallest, events.get(2).message());
        assertEquals("agents", events.get(3).name());
        assertArrayEquals(largest, events.get(3).message());
        assertEquals(one.transport().nodeId(), events.get(3).node());
    }

    @Test
    final void send_oneByteOverTheBound_limitExceeded() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        byte[] tooLong = new byte[Transport.MAX_MESSAGE_BYTES + 1];
        NodeId to = other.transport().nodeId();

        assertFails(LimitExceededException.class, one.transport().send(to, tooLong));
        assertFails(LimitExceededException.class, one.transport().sendAgents(to, tooLong));
        ping(one, other);
    }

    @Test
    final void send_toNobody_unreachable() throws Exception {
        Transport one = node(1).transport();
        NodeId other = node(2).transport().nodeId();

        assertFails(PeerUnreachableException.class, one.send(other, new byte[1]));
        assertFails(PeerUnreachableException.class, one.sendAgents(other, new byte[1]));
        assertFails(PeerUnreachableException.class, one.openStream(other, ECHO));
    }

    @Test
    final void send_toInfrastructure_refusedWhileAgentsPass() throws Exception {
        ContractNode one = node(1);
        ContractNode infrastructure = node(2, TransportMode.INFRASTRUCTURE, ContractNode.KEY);
        connect(one, infrastructure);
        NodeId to = infrastructure.transport().nodeId();

        assertFails(ProtocolRefusedException.class, one.transport().send(to, new byte[] {1}));
        await(one.transport().sendAgents(to, new byte[] {2}));
        await(infrastructure.log().until("agents", 1));
        await(infrastructure.transport().sendAgents(one.transport().nodeId(), new byte[] {3}));
        await(one.log().until("agents", 1));
        assertEquals(0, infrastructure.log().count("message"));
        assertTrue(one.transport().isDirect(to));
    }

    @Test
    final void traffic_bytesSent_countedOnBothSides() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        long outBefore = one.transport().traffic().bytesOut();
        long inBefore = other.transport().traffic().bytesIn();

        await(one.transport().send(other.transport().nodeId(), random(1, 100_000)));

        assertBetween(100_000, 200_000, one.transport().traffic().bytesOut() - outBefore);
        assertBetween(100_000, 200_000, other.transport().traffic().bytesIn() - inBefore);
    }

    // Streams.

    @Test
    final void openStream_echoOfOneMebibyteWithHalfClose_wholeInBothDirections() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        byte[] bytes = random(7, MEBIBYTE);

        assertArrayEquals(bytes, echo(one, other, bytes));
        assertArrayEquals(bytes, echo(other, one, bytes));
    }

    @Test
    final void openStream_manyAtOnce_eachGetsItsOwnBytes() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        List<CompletableFuture<byte[]>> echoes = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            byte[] bytes = random(i, 10_000 + i);
            ContractNode from = i % 2 == 0 ? one : other;
            ContractNode to = i % 2 == 0 ? other : one;
            echoes.add(from.transport()
                    .openStream(to.transport().nodeId(), ECHO)
                    .thenCompose(stream -> StreamTools.exchange(stream, bytes)));
        }
        for (int i = 0; i < echoes.size(); i++) {
            assertArrayEquals(random(i, 10_000 + i), await(echoes.get(i)));
        }
    }

    @Test
    final void openStream_accepted_bothSidesKnowPeerAndProtocol() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);

        PeerStream here = await(one.transport().openStream(other.transport().nodeId(), HELD));
        PeerStream there = await(other.nextHeld());

        assertEquals(other.transport().nodeId(), here.node());
        assertEquals(one.transport().nodeId(), there.node());
        assertEquals(HELD, here.protocol());
        assertEquals(HELD, there.protocol());
    }

    @Test
    final void openStream_protocolWithoutHandler_refusedUntilThereIsOne() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        ProtocolId late = new ProtocolId("/test/late/1.0.0");
        NodeId to = other.transport().nodeId();

        assertFails(ProtocolRefusedException.class, one.transport().openStream(to, late));
        other.transport().handleStreams(late, StreamTools::echo);

        byte[] bytes = random(3, 1_000);
        PeerStream stream = await(one.transport().openStream(to, late));
        assertArrayEquals(bytes, await(StreamTools.exchange(stream, bytes)));
    }

    @Test
    final void write_manyPieces_arriveInOrder() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        PeerStream here = await(one.transport().openStream(other.transport().nodeId(), HELD));
        PeerStream there = await(other.nextHeld());
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        CompletableFuture<byte[]> received = StreamTools.readAll(there);
        List<CompletableFuture<Void>> writes = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            byte[] piece = random(i, i);
            sent.writeBytes(piece);
            writes.add(here.write(piece));
        }
        writes.add(here.closeWrite());

        assertArrayEquals(sent.toByteArray(), await(received));
        await(CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)));
    }

    @Test
    final void write_peerDoesNotRead_stopsAndGoesOnWhenItReads() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        PeerStream here = await(one.transport().openStream(other.transport().nodeId(), HELD));
        PeerStream there = await(other.nextHeld());
        byte[] piece = random(1, 65_536);
        int pieces = 0;
        CompletableFuture<Void> last;
        do {
            last = here.write(piece);
            pieces++;
            assertTrue(
                    pieces * piece.length <= MAX_BYTES_WITHOUT_READER,
                    () -> "over " + MAX_BYTES_WITHOUT_READER + " bytes left for a peer that does not read");
        } while (completesSoon(last));

        ping(one, other); // other traffic of the connection is not held up
        assertFalse(last.isDone());
        CompletableFuture<byte[]> received = StreamTools.readAll(there);
        await(last);
        await(here.closeWrite());
        assertEquals(pieces * piece.length, await(received).length);
    }

    @Test
    final void write_moreThanMayWait_limitExceededAndNothingOfItSent() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        PeerStream here = await(one.transport().openStream(other.transport().nodeId(), HELD));
        PeerStream there = await(other.nextHeld());
        byte[] largest = random(5, PeerStream.MAX_UNSENT_BYTES);
        CompletableFuture<Void> first = here.write(largest);
        assertFalse(completesSoon(first), "4 MiB left for a peer that does not read");

        assertFails(LimitExceededException.class, here.write(new byte[PeerStream.MAX_UNSENT_BYTES]));

        CompletableFuture<byte[]> received = StreamTools.readAll(there);
        await(first);
        await(here.closeWrite());
        assertArrayEquals(largest, await(received));
    }

    @Test
    final void read_bytesWaiting_atMostTheBoundAtATime() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        PeerStream here = await(one.transport().openStream(other.transport().nodeId(), HELD));
        PeerStream there = await(other.nextHeld());
        CompletableFuture<Void> written = here.write(random(2, 2 * MEBIBYTE));
        int total = 0;
        while (total < 2 * MEBIBYTE) {
            int length = await(there.read()).orElseThrow().length;
            assertBetween(1, PeerStream.MAX_READ_BYTES, length);
            total += length;
        }
        await(written);
    }

    @Test
    final void closeWrite_thenWrite_closedWhileReadingGoesOn() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        PeerStream here = await(one.transport().openStream(other.transport().nodeId(), HELD));
        PeerStream there = await(other.nextHeld());

        await(here.closeWrite());
        assertFails(ClosedException.class, here.write(new byte[] {1}));
        assertTrue(await(there.read()).isEmpty());
        assertTrue(await(there.read()).isEmpty(), "the end stays the end");
        await(there.write(new byte[] {9}));
        assertArrayEquals(new byte[] {9}, await(here.read()).orElseThrow());
    }

    @Test
    final void reset_byOneSide_bothSidesFail() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        PeerStream here = await(one.transport().openStream(other.transport().nodeId(), HELD));
        PeerStream there = await(other.nextHeld());
        CompletableFuture<?> readingHere = here.read();
        CompletableFuture<?> readingThere = there.read();

        here.reset();
        here.reset();

        assertFails(ClosedException.class, readingHere);
        assertFails(ClosedException.class, here.write(new byte[1]));
        assertFails(ClosedException.class, here.read());
        assertFails(PeerUnreachableException.class, readingThere);
        assertFails(PeerUnreachableException.class, there.write(new byte[1]));
        ping(one, other);
    }

    @Test
    final void disconnect_openStreams_peersStreamsFail() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        PeerStream here = await(one.transport().openStream(other.transport().nodeId(), HELD));
        PeerStream there = await(other.nextHeld());
        CompletableFuture<?> readingHere = here.read();
        CompletableFuture<?> readingThere = there.read();

        one.transport().disconnect(other.transport().nodeId());

        assertFails(PeerUnreachableException.class, readingThere);
        assertThrows(ExecutionException.class, () -> await(readingHere));
        assertFails(PeerUnreachableException.class, there.read());
    }

    // The end.

    @Test
    final void close_twice_everythingAfterFailsAsClosed() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        connect(one, other);
        NodeId to = other.transport().nodeId();
        PeerStream here = await(one.transport().openStream(to, HELD));

        one.transport().close();
        one.transport().close();

        assertFails(ClosedException.class, one.transport().connect(addresses(other)));
        assertFails(ClosedException.class, one.transport().send(to, new byte[1]));
        assertFails(ClosedException.class, one.transport().sendAgents(to, new byte[1]));
        assertFails(ClosedException.class, one.transport().openStream(to, ECHO));
        assertThrows(ExecutionException.class, () -> await(here.read()));
        assertEquals(Set.of(), one.transport().connectedNodes());
        await(other.log().until("gone", 1));
        assertEquals(Set.of(), other.transport().connectedNodes());
    }

    @Test
    final void close_addressesOfClosedTransport_unreachable() throws Exception {
        ContractNode one = node(1);
        ContractNode other = node(2);
        List<NodeAddress> addresses = addresses(other);
        other.transport().close();

        assertFails(PeerUnreachableException.class, one.transport().connect(addresses));
    }

    // Helpers.

    private ContractNode node(int seed) throws Exception {
        return node(seed, TransportMode.NODE, ContractNode.KEY);
    }

    private ContractNode node(int seed, TransportMode mode, byte[] key) throws Exception {
        ContractNode node = new ContractNode(seed, key);
        node.started(await(start(node.context(mode))));
        nodes.add(node);
        node.transport().handleStreams(ECHO, StreamTools::echo);
        node.transport().handleStreams(HELD, node::hold);
        return node;
    }

    private static List<NodeAddress> addresses(ContractNode node) {
        return node.transport().listenAddresses();
    }

    private NodeId connect(ContractNode from, ContractNode to) throws Exception {
        return await(from.transport().connect(addresses(to)));
    }

    /** Sends a message and waits until it is there, and with it all that was told before. */
    private void ping(ContractNode from, ContractNode to) throws Exception {
        int before = (int) to.log().count("message");
        await(from.transport().send(to.transport().nodeId(), "ping".getBytes(StandardCharsets.UTF_8)));
        await(to.log().until("message", before + 1));
    }

    private byte[] echo(ContractNode from, ContractNode to, byte[] bytes) throws Exception {
        PeerStream stream = await(from.transport().openStream(to.transport().nodeId(), ECHO));
        return await(StreamTools.exchange(stream, bytes));
    }

    private boolean completesSoon(CompletableFuture<Void> write) throws Exception {
        try {
            await(write, STALL);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    private void assertFails(Class<? extends Exception> expected, CompletableFuture<?> future) {
        ExecutionException failure = assertThrows(ExecutionException.class, () -> await(future));
        assertInstanceOf(expected, failure.getCause());
    }

    private static void assertBetween(long least, long most, long actual) {
        assertTrue(actual >= least && actual <= most, () -> actual + ", must be " + least + " to " + most);
    }

    private static List<String> texts(List<ListenerLog.Event> events) {
        return events.stream()
                .map(event -> event.name() + " " + event.node() + " " + event.detail())
                .toList();
    }

    private static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
