// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.peerkit.api.AccessDeniedException;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.connection.EmbeddedPair.End;
import io.peerkit.transport.libp2p.internal.ping.PingProtocol;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streams that are seen before the grant behind which they were opened. */
final class EarlyStreamsTest {
    private static final String SECRET = "/test/secret/1.0.0";
    private static final String HEADER = message("/multistream/1.0.0");

    private final End end = new End();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<Substream> served = new ArrayList<>();
    private Optional<UnorderedMuxer> muxer = Optional.empty();
    private final Connection connection;

    EarlyStreamsTest() {
        channel.freezeTime();
        end.policy(new OpenPolicy() {
            @Override
            public void secured(Connection secured) {
                // The verdict comes later.
            }

            @Override
            public boolean serves(Connection asked, String protocol) {
                return asked.isEstablished() || protocol.equals(PingProtocol.ID);
            }
        });
        end.protocols.add(SECRET, of -> served::add);
        connection = new Connection(channel, end.context(), false, new End().key.peerId(), this::muxerOf);
        connection.start(EmbeddedPair.HANDSHAKE_TIMEOUT);
    }

    private UnorderedMuxer muxerOf(Connection owner) {
        UnorderedMuxer made = new UnorderedMuxer(owner);
        muxer = Optional.of(made);
        return made;
    }

    @AfterEach
    void close() {
        connection.close(new PeerUnreachableException("the test is over"));
        channel.finishAndReleaseAll();
    }

    private static String message(String text) {
        return (char) (text.length() + 1) + text + "\n";
    }

    private UnorderedMuxer.Stream opened(String bytes) {
        UnorderedMuxer.Stream stream = muxer.orElseThrow().opened();
        stream.receive(bytes);
        return stream;
    }

    private void advance(Duration time) {
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void early_grantedLater_servedWithAllThatCame() {
        UnorderedMuxer.Stream stream = opened(HEADER + message(SECRET) + "first");
        assertThat(stream.sent()).isEqualTo(HEADER);
        assertThat(served).isEmpty();
        int pieces = stream.pieces;
        stream.receive(" and second");
        assertThat(stream.pieces).as("nothing more is read").isEqualTo(pieces);

        connection.establish();

        assertThat(stream.sent()).isEqualTo(HEADER + message(SECRET));
        assertThat(served).hasSize(1);
        byte[] read = new byte[64];
        int length = served.get(0).read(read, 0, read.length);
        assertThat(new String(read, 0, length, StandardCharsets.ISO_8859_1)).isEqualTo("first and second");
    }

    @Test
    void early_byteByByte_servedLaterAllTheSame() {
        UnorderedMuxer.Stream stream = opened("");
        for (char each : (HEADER + message(SECRET)).toCharArray()) {
            stream.receive(String.valueOf(each));
        }
        connection.establish();
        assertThat(served).hasSize(1);
    }

    @Test
    void early_unknownProtocol_refusedPolitelyOnceGrantedAndTheNextJudged() {
        UnorderedMuxer.Stream stream = opened(HEADER + message("/test/unknown/1.0.0") + message(SECRET));
        connection.establish();
        assertThat(stream.sent()).isEqualTo(HEADER + message("na") + message(SECRET));
        assertThat(served).hasSize(1);
    }

    @Test
    void early_pingMeanwhile_served() {
        UnorderedMuxer.Stream waiting = opened(HEADER + message(SECRET));
        UnorderedMuxer.Stream ping = opened(HEADER + message(PingProtocol.ID));
        assertThat(ping.sent()).isEqualTo(HEADER + message(PingProtocol.ID));
        assertThat(waiting.reset).isFalse();
    }

    @Test
    void early_refusedLater_reset() {
        UnorderedMuxer.Stream stream = opened(HEADER + message(SECRET) + "bytes");
        connection.refuse(new AccessDeniedException("the peer is not let in"));
        assertThat(stream.reset).isTrue();
        assertThat(served).isEmpty();
        assertThat(opened(HEADER).reset).isTrue();
    }

    @Test
    void early_connectionCloses_nothingServedAndNothingKept() {
        UnorderedMuxer.Stream stream = opened(HEADER + message(SECRET) + "bytes");
        connection.close(new PeerUnreachableException("the peer is gone"));
        connection.establish();
        assertThat(stream.reset).isTrue();
        assertThat(served).isEmpty();
    }

    @Test
    void early_peerResetsWhileWaiting_notServed() {
        UnorderedMuxer.Stream stream = opened(HEADER + message(SECRET));
        stream.reset(0);
        stream.substream().broken(new PeerUnreachableException("the peer reset the stream"));
        connection.establish();
        assertThat(served).isEmpty();
    }

    @Test
    void early_manyAndNeverGranted_endByTheDeadline() {
        List<UnorderedMuxer.Stream> streams = new ArrayList<>();
        for (int i = 0; i < EarlyStreams.MAX_STREAMS; i++) {
            streams.add(opened(HEADER + message(SECRET) + "bytes"));
        }
        assertThat(streams).noneMatch(stream -> stream.reset);
        assertThat(opened(HEADER + message(SECRET)).reset).as("one more").isTrue();

        advance(EmbeddedPair.HANDSHAKE_TIMEOUT.minusNanos(1));
        assertThat(connection.isOpen()).isTrue();
        advance(Duration.ofNanos(1));

        assertThat(connection.isOpen()).isFalse();
        assertThat(streams).allMatch(stream -> stream.reset);
        assertThat(served).isEmpty();
    }

    @Test
    void early_moreThanAreReset_closeTheConnection() {
        for (int i = 0; i < EarlyStreams.MAX_STREAMS + EarlyStreams.MAX_RESETS; i++) {
            opened(HEADER);
        }
        assertThat(connection.isOpen()).isTrue();
        opened(HEADER);
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void early_streamsBeyondTheBound_doNotHarmThoseThatWait() {
        for (int i = 0; i < EarlyStreams.MAX_STREAMS + 5; i++) {
            opened(HEADER + message(SECRET));
        }
        connection.establish();
        assertThat(served).hasSize(EarlyStreams.MAX_STREAMS);
        opened(HEADER + message(SECRET));
        assertThat(served).hasSize(EarlyStreams.MAX_STREAMS + 1);
    }
}
