// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.agent.AccessHandshake;
import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.BlockedAgent;
import io.peerkit.api.EntryId;
import io.peerkit.api.Incoming;
import io.peerkit.api.IntegrationVerdict;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.LimitExceededException;
import io.peerkit.api.NodeId;
import io.peerkit.api.NodeListener;
import io.peerkit.api.NodeStatus;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.api.ProtocolRefusedException;
import io.peerkit.api.Publication;
import io.peerkit.api.StorageException;
import io.peerkit.api.StorageHooks;
import io.peerkit.gossip.ConnectionStrategies;
import io.peerkit.gossip.GossipSettings;
import io.peerkit.testkit.transport.Faults;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A few whole nodes, one promise at a time. */
class WholeNodeTest {
    private static final Duration LATENCY = Duration.ofMillis(10);

    /** Rounds so rare that whatever arrives in a test did not come with one. */
    private static final GossipSettings.Timing NO_ROUNDS = new GossipSettings.Timing(
            Duration.ofDays(1), Duration.ofSeconds(60), Duration.ofMinutes(15), Duration.ofSeconds(30));

    private final Simulation simulation = new Simulation(Simulation.seed(1));

    WholeNodeTest() {
        simulation.network().faults(Faults.distance(LATENCY, Duration.ZERO));
    }

    @Test
    void publish_connectedPeers_integratedWithoutARound() {
        List<Duration> arrivals = new ArrayList<>();
        NodePlan plan = NodePlan.member().timing(NO_ROUNDS).listener(new NodeListener() {
            @Override
            public void integrated(Incoming incoming) {
                arrivals.add(simulation.time().elapsed());
            }
        });
        SimulatedNode author = simulation.add(NodePlan.member().timing(NO_ROUNDS));
        for (int i = 0; i < 4; i++) {
            simulation.add(plan.bootstrap(author.addresses()));
        }
        pass(Duration.ofSeconds(5));

        Duration before = simulation.time().elapsed();
        simulation.await(author.publish(blobs("news")));
        pass(Duration.ofSeconds(2));

        assertThat(arrivals).hasSize(4);
        // One way over the wire and a commit on each side, with room for opening a stream first or being told of the
        // entry and asking for it.
        assertThat(arrivals).allMatch(at -> at.minus(before).compareTo(LATENCY.multipliedBy(8)) < 0);
        simulation.checkInvariants();
    }

    @Test
    void connect_peerHasEntries_pulledWithoutARound() {
        SimulatedNode author = simulation.add(NodePlan.member().timing(NO_ROUNDS));
        for (int i = 0; i < 50; i++) {
            simulation.await(author.publish(blobs("a" + i, "b" + i, "c" + i)));
        }
        SimulatedNode late = simulation.add(NodePlan.member().timing(NO_ROUNDS).bootstrap(author.addresses()));

        Duration took = simulation.advanceUntilConverged(Duration.ofSeconds(30));

        simulation.checkInvariants();
        assertThat(status(late).entries()).isEqualTo(150);
        assertThat(took).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void partition_bothSidesPublish_healedByPull() {
        List<SimulatedNode> nodes = members(4);
        simulation.partition(nodes.subList(0, 2));
        pass(Duration.ofSeconds(1));
        for (int i = 0; i < 4; i++) {
            simulation.await(nodes.get(i).publish(blobs("from " + i)));
        }
        pass(Duration.ofMinutes(2));
        assertThat(status(nodes.get(0)).entries()).isEqualTo(2);
        assertThat(status(nodes.get(3)).entries()).isEqualTo(2);

        simulation.network().heal();
        simulation.advanceUntilConverged(Duration.ofMinutes(10));

        simulation.checkInvariants();
        assertThat(status(nodes.get(0)).entries()).isEqualTo(4);
    }

    @Test
    void lostConnection_whilePublishing_reconnectedAndRepaired() {
        List<SimulatedNode> nodes = members(2);
        simulation.network().cut(nodes.get(0).nodeId());
        simulation.await(nodes.get(0).publish(blobs("into the void")));

        simulation.advanceUntilConverged(Duration.ofMinutes(10));
        simulation.checkInvariants();
    }

    @Test
    void entries_wrongSignature_refusedAndCountedWhileTheRestGoesOn() {
        SimulatedNode honest = simulation.add(NodePlan.member());
        SimulatedNode liar =
                simulation.add(NodePlan.member().lyingSigner(LyingAgent::new).bootstrap(honest.addresses()));
        pass(Duration.ofSeconds(5));
        simulation.await(liar.publish(blobs("lie")));
        assertRefusedWhileTheRestGoesOn(honest);
    }

    @Test
    void entries_ofAnotherNetwork_refusedAndCountedWhileTheRestGoesOn() {
        SimulatedNode honest = simulation.add(NodePlan.member());
        SimulatedNode liar =
                simulation.add(NodePlan.member().publishingForeignEntries().bootstrap(honest.addresses()));
        pass(Duration.ofSeconds(5));
        simulation.await(liar.publish(blobs("lie")));
        assertRefusedWhileTheRestGoesOn(honest);
    }

    @Test
    void entries_wrongHash_refusedAndCountedWhileTheRestGoesOn() {
        SimulatedNode liar = simulation.add(NodePlan.member().lyingStore(LyingStorage::new));
        simulation.await(liar.publish(blobs("changed on the way out")));
        // It comes when the honest one pulls; what is pushed does not pass the liar's disk.
        SimulatedNode honest = simulation.add(NodePlan.member().bootstrap(liar.addresses()));
        assertRefusedWhileTheRestGoesOn(honest);
    }

    private void assertRefusedWhileTheRestGoesOn(SimulatedNode honest) {
        SimulatedNode other = simulation.add(NodePlan.member().bootstrap(honest.addresses()));
        pass(Duration.ofSeconds(5));
        simulation.await(other.publish(blobs("truth")));
        simulation.await(honest.publish(blobs("more truth")));
        simulation.advanceUntilConverged(Duration.ofMinutes(2));
        // Rounds go by in which the lie is offered again.
        pass(Duration.ofMinutes(2));

        simulation.checkInvariants();
        assertThat(status(honest).entries()).isEqualTo(2);
        assertThat(status(other).entries()).isEqualTo(2);
        assertThat(status(honest).refused()).isPositive();
    }

    @Test
    void entries_fromTheFarFuture_heldUntilTheClockGetsThere() {
        SimulatedNode honest = simulation.add(NodePlan.member());
        SimulatedNode early = simulation.add(NodePlan.member().bootstrap(honest.addresses()));
        pass(Duration.ofSeconds(5));
        early.stepClock(Duration.ofMinutes(5));
        Publication publication =
                simulation.await(early.publish(blobs("from tomorrow"))).get(0);
        simulation.await(honest.publish(blobs("from today")));
        pass(Duration.ofMinutes(1));

        assertThat(status(honest).held()).isEqualTo(1);
        assertThat(status(honest).refused()).isZero();
        assertThat(status(honest).entries()).isEqualTo(1);
        assertThat(simulation.await(honest.gossip().get(publication.hash()))).isEmpty();
        assertThat(status(early).entries()).isEqualTo(2);

        simulation.advanceUntilConverged(Duration.ofMinutes(10));
        simulation.checkInvariants();
        assertThat(status(honest).held()).isZero();
    }

    @Test
    void clock_justWithinTheDrift_notHeld() {
        SimulatedNode honest = simulation.add(NodePlan.member());
        SimulatedNode early = simulation.add(NodePlan.member().bootstrap(honest.addresses()));
        pass(Duration.ofSeconds(5));
        early.stepClock(Duration.ofSeconds(59));
        simulation.await(early.publish(blobs("a little early")));
        pass(Duration.ofSeconds(1));

        assertThat(status(honest).held()).isZero();
        assertThat(status(honest).entries()).isEqualTo(1);
    }

    @Test
    void clock_steppedBack_newEntriesStillComeBehindOlderOnes() {
        List<SimulatedNode> nodes = members(2);
        simulation.await(nodes.get(0).publish(blobs("before")));
        nodes.get(0).stepClock(Duration.ofHours(-1));
        simulation.await(nodes.get(0).publish(blobs("after")));
        simulation.advanceUntilConverged(Duration.ofMinutes(1));

        simulation.checkInvariants();
        var entries =
                nodes.get(1).contents().scan(Optional.empty(), 10, 1_000_000).join();
        assertThat(entries)
                .extracting(entry -> new String(entry.blob().orElseThrow(), UTF_8))
                .containsExactly("before", "after");
    }

    @Test
    void storage_failing_nodeStaysUpAndConvergesLater() {
        List<SimulatedNode> nodes = members(2);
        nodes.get(1).failStorage(true);
        simulation.await(nodes.get(0).publish(blobs("while the disk is full")));
        pass(Duration.ofMinutes(1));

        assertThat(status(nodes.get(1)).entries()).isZero();
        assertThatThrownBy(() -> simulation.await(nodes.get(1).publish(blobs("own"))))
                .hasCauseInstanceOf(StorageException.class);

        nodes.get(1).failStorage(false);
        simulation.await(nodes.get(1).publish(blobs("own, again")));
        simulation.advanceUntilConverged(Duration.ofMinutes(2));
        simulation.checkInvariants();
        assertThat(status(nodes.get(1)).entries()).isEqualTo(2);
    }

    @Test
    void storage_failingForLong_loggedOnceAndOnceAgainAfterItWorked() {
        List<SimulatedNode> nodes = members(3);
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, UTF_8));
        try {
            failForTenMinutes(nodes);
            failForTenMinutes(nodes);
        } finally {
            System.setErr(before);
        }
        // Writes and reads fail apart, and of each the first is an error.
        assertThat(log.toString(UTF_8).lines().filter(line -> line.contains(" ERROR ")))
                .hasSizeBetween(2, 4)
                .allMatch(line -> line.contains("the store fails"));
    }

    private void failForTenMinutes(List<SimulatedNode> nodes) {
        nodes.get(1).failStorage(true);
        for (int i = 0; i < 60; i++) {
            simulation.await(nodes.get(0).publish(blobs("while the disk is full " + i)));
            CompletableFuture<?> unused =
                    nodes.get(1).publish(blobs("own " + i)).exceptionally(e -> List.of());
            pass(Duration.ofSeconds(10));
        }
        nodes.get(1).failStorage(false);
        simulation.advanceUntilConverged(Duration.ofMinutes(2));
    }

    @Test
    void crash_afterAcknowledgement_publicationSurvives() {
        SimulatedNode node = simulation.add(NodePlan.member());
        Publication publication = simulation.await(node.publish(blobs("kept"))).get(0);
        String fingerprint = status(node).fingerprint();

        AgentId agent = node.agentId();
        NodeId name = node.nodeId();
        node.crash();
        simulation.await(node.start());

        assertThat(node.agentId()).isEqualTo(agent);
        assertThat(node.nodeId()).isEqualTo(name);
        assertThat(status(node).fingerprint()).isEqualTo(fingerprint);
        assertThat(simulation.await(node.gossip().get(publication.hash()))).hasValue("kept".getBytes(UTF_8));
    }

    @Test
    void crash_manyTimesInTheMiddleOfPublishing_nothingAcknowledgedIsLost() {
        List<SimulatedNode> nodes = members(2);
        for (int i = 0; i < 40; i++) {
            SimulatedNode node = nodes.get(i % 2);
            for (int k = 0; k < 5; k++) {
                CompletableFuture<?> unused =
                        node.publish(blobs("p" + i + "." + k)).exceptionally(e -> List.of());
                pass(Duration.ofNanos(simulation.choices().nextInt(1_000_000)));
            }
            node.crash();
            simulation.await(node.start());
        }
        simulation.advanceUntilConverged(Duration.ofMinutes(10));
        simulation.checkInvariants();
        assertThat(simulation.acknowledged()).isBetween(40, 200);
    }

    @Test
    void stop_inGoodOrder_peersSeeItGoAndItComesBack() {
        List<SimulatedNode> nodes = members(2);
        simulation.await(nodes.get(1).publish(blobs("before the stop")));
        simulation.await(nodes.get(1).stop());
        pass(Duration.ofSeconds(1));
        assertThat(status(nodes.get(0)).peers()).isEmpty();

        simulation.await(nodes.get(0).publish(blobs("meanwhile")));
        simulation.await(nodes.get(1).start());
        simulation.advanceUntilConverged(Duration.ofMinutes(2));
        simulation.checkInvariants();
    }

    @Test
    void block_connectedAgent_cutOffAndStaysOut() {
        SimulatedNode one = simulation.add(NodePlan.member());
        SimulatedNode other = simulation.add(NodePlan.member().bootstrap(one.addresses()));
        pass(Duration.ofSeconds(5));
        assertThat(status(one).peers()).hasSize(1);

        simulation.await(one.gossip().block(other.agentId(), "noise"));
        pass(Duration.ofSeconds(1));
        simulation.await(other.publish(blobs("unwanted")));
        pass(Duration.ofMinutes(30));

        assertThat(status(one).peers()).isEmpty();
        assertThat(status(one).entries()).isZero();
        assertThatThrownBy(() ->
                        simulation.await(other.gossip().connect(one.addresses().get(0))))
                .isInstanceOf(Exception.class);
        assertThat(status(other).peers()).isEmpty();
    }

    @Test
    void block_restartedBlocker_stillBlockedAndTheReasonIsKept() {
        SimulatedNode one = simulation.add(NodePlan.member());
        SimulatedNode other = simulation.add(NodePlan.member().bootstrap(one.addresses()));
        pass(Duration.ofSeconds(5));
        simulation.await(one.gossip().block(other.agentId(), "noise"));

        one.crash();
        simulation.await(one.start());
        pass(Duration.ofMinutes(5));

        assertThat(status(one).peers()).isEmpty();
        List<BlockedAgent> blocked = simulation.await(one.gossip().blocked());
        assertThat(blocked).hasSize(1);
        assertThat(blocked.get(0).agentId()).isEqualTo(other.agentId());
        assertThat(blocked.get(0).reason()).isEqualTo("noise");
    }

    @Test
    void block_entriesOfferedByAThird_notTakenNotAskedForAgainAndComeWhenUnblocked() {
        List<SimulatedNode> nodes = members(3);
        SimulatedNode blocker = nodes.get(0);
        SimulatedNode author = nodes.get(1);
        simulation.await(author.publish(blobs("before")));
        pass(Duration.ofSeconds(5));
        simulation.await(blocker.gossip().block(author.agentId(), ""));
        List<Publication> unwanted = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            unwanted.addAll(simulation.await(author.publish(List.of(new byte[20_000 + i]))));
        }
        pass(Duration.ofMinutes(1));
        for (Publication each : unwanted) {
            assertThat(simulation.await(blocker.gossip().get(each.hash()))).isEmpty();
            assertThat(simulation.await(nodes.get(2).gossip().get(each.hash()))).isPresent();
        }
        // No difference is left that rounds would find again and again.
        assertThat(status(blocker).fingerprint()).isEqualTo(status(author).fingerprint());
        long before = status(blocker).bytesIn();
        pass(Duration.ofMinutes(10));
        assertThat(status(blocker).bytesIn() - before).isLessThan(100_000);

        assertThat(simulation.await(blocker.gossip().unblock(author.agentId()))).isTrue();
        assertThat(simulation.await(blocker.gossip().unblock(author.agentId()))).isFalse();
        pass(Duration.ofMinutes(5));
        for (Publication each : unwanted) {
            assertThat(simulation.await(blocker.gossip().get(each.hash()))).isPresent();
        }
        assertThat(simulation.await(blocker.gossip().blocked())).isEmpty();
        assertThat(status(blocker).peers()).hasSize(2);
    }

    @Test
    void block_itself_refused() {
        SimulatedNode node = simulation.add(NodePlan.member());
        assertThatThrownBy(() -> simulation.await(node.gossip().block(node.agentId(), "")))
                .hasCauseInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() ->
                        simulation.await(node.gossip().block(agent(1), "x".repeat(BlockedAgent.MAX_REASON_LENGTH + 1))))
                .hasCauseInstanceOf(LimitExceededException.class);
    }

    @Test
    void entries_wrongAgainAndAgainOverManyConnections_turnedAwayForATime() {
        List<AgentId> told = new ArrayList<>();
        AtomicReference<Duration> over = new AtomicReference<>(Duration.ZERO);
        SimulatedNode honest = simulation.add(NodePlan.member().listener(new NodeListener() {
            @Override
            public void peerExcluded(AgentId agent, Duration duration) {
                told.add(agent);
                over.set(simulation.time().elapsed().plus(duration));
            }
        }));
        SimulatedNode liar =
                simulation.add(NodePlan.member().lyingSigner(LyingAgent::new).bootstrap(honest.addresses()));
        SimulatedNode other = simulation.add(NodePlan.member().bootstrap(honest.addresses()));
        pass(Duration.ofSeconds(5));
        List<byte[]> lies = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            lies.add(new byte[i]);
        }
        simulation.await(liar.publish(lies));
        // Few at a time: no stream and no session has enough of them to be cut off for it.
        for (int i = 0; i < 20 && told.isEmpty(); i++) {
            simulation.network().cut(liar.nodeId());
            pass(Duration.ofSeconds(60));
        }

        assertThat(told).containsExactly(liar.agentId());
        assertThat(status(honest).excluded()).isEqualTo(1);
        assertThat(status(honest).peers()).extracting(NodeStatus.Peer::agentId).containsExactly(other.agentId());
        simulation.await(other.publish(blobs("truth")));
        pass(Duration.ofSeconds(5));
        assertThat(status(honest).entries()).isEqualTo(1);

        pass(over.get().minus(simulation.time().elapsed()).minusSeconds(5));
        assertThat(status(honest).excluded()).isEqualTo(1);
        pass(Duration.ofSeconds(10));
        assertThat(status(honest).excluded()).isZero();
    }

    @Test
    void hook_throwsForEver_askedLessAndLessOftenAndReported() {
        List<String> reported = new ArrayList<>();
        List<Duration> asked = new ArrayList<>();
        SimulatedNode author = simulation.add(NodePlan.member());
        SimulatedNode picky = simulation.add(NodePlan.member()
                .bootstrap(author.addresses())
                .hooks(incoming -> {
                    asked.add(simulation.time().elapsed());
                    throw new IllegalStateException("from the test");
                })
                .listener(new NodeListener() {
                    @Override
                    public void integrationFailed(EntryId entry, AgentId from, String reason) {
                        reported.add(reason);
                    }
                }));
        pass(Duration.ofSeconds(5));
        simulation.await(author.publish(blobs("bad")));
        pass(Duration.ofMinutes(5));
        int early = asked.size();
        assertThat(early).isBetween(3, 10);
        assertThat(status(picky).failing()).isEqualTo(1);

        pass(Duration.ofHours(1));
        assertThat(asked.size() - early).isBetween(2, 9);
        assertThat(reported).hasSize(asked.size()).containsOnly("from the test");
        assertThat(status(picky).entries()).isZero();
    }

    @Test
    void hook_neverAnswersForOneAuthor_othersAreIntegrated() {
        List<String> told = new ArrayList<>();
        SimulatedNode slow = simulation.add(NodePlan.member());
        SimulatedNode quick = simulation.add(NodePlan.member().bootstrap(slow.addresses()));
        SimulatedNode reader = simulation.add(NodePlan.member()
                .bootstrap(slow.addresses())
                .hooks(StorageHooks.answeringLater(incoming -> new String(incoming.blob(), UTF_8).equals("hang")
                        ? new CompletableFuture<>()
                        : CompletableFuture.completedFuture(IntegrationVerdict.ACCEPTED)))
                .listener(new NodeListener() {
                    @Override
                    public void integrated(Incoming incoming) {
                        told.add(new String(incoming.blob(), UTF_8));
                    }
                }));
        pass(Duration.ofSeconds(10));
        simulation.await(slow.publish(blobs("hang")));
        pass(Duration.ofSeconds(1));
        simulation.await(slow.publish(blobs("behind")));
        simulation.await(quick.publish(blobs("one", "two")));
        pass(Duration.ofSeconds(5));
        assertThat(told).containsExactly("one", "two");
        assertThat(status(reader).pending()).isEqualTo(2);

        pass(GossipSettings.Timing.DEFAULT_VALIDATION);
        assertThat(told).containsExactly("one", "two", "behind");
    }

    @Test
    void stranger_withOtherKey_toldAndKeptOut() {
        List<String> told = new ArrayList<>();
        SimulatedNode member = simulation.add(NodePlan.member().listener(new NodeListener() {
            @Override
            public void peerDenied(NodeId node, Optional<AgentId> agent, String reason) {
                told.add(reason);
            }
        }));
        SimulatedNode stranger = simulation.add(NodePlan.stranger().bootstrap(member.addresses()));
        simulation.await(stranger.publish(blobs("spam")));
        simulation.await(member.publish(blobs("secret")));
        pass(Duration.ofMinutes(10));

        assertThat(told).containsExactly("bad-proof");
        assertThat(status(member).peers()).isEmpty();
        assertThat(status(stranger).peers()).isEmpty();
        assertThat(status(stranger).entries()).isEqualTo(1);
        simulation.checkInvariants();
    }

    @Test
    void infrastructure_asOnlyBootstrap_membersFindEachOther() {
        SimulatedNode meetingPoint = simulation.add(NodePlan.infrastructure());
        SimulatedNode one = simulation.add(NodePlan.member().bootstrap(meetingPoint.addresses()));
        SimulatedNode other = simulation.add(NodePlan.member().bootstrap(meetingPoint.addresses()));
        simulation.await(one.publish(blobs("hello")));

        simulation.advanceUntilConverged(Duration.ofMinutes(5));

        simulation.checkInvariants();
        assertThat(status(one).peers()).extracting(NodeStatus.Peer::agentId).contains(other.agentId());
        // They go on without it.
        meetingPoint.crash();
        pass(Duration.ofSeconds(5));
        simulation.await(other.publish(blobs("still here")));
        simulation.advanceUntilConverged(Duration.ofMinutes(1));
    }

    @Test
    void send_toMemberInfrastructureAndNobody_deliveredRefusedAndUnreachable() {
        List<String> received = new ArrayList<>();
        SimulatedNode meetingPoint = simulation.add(NodePlan.infrastructure());
        SimulatedNode one = simulation.add(NodePlan.member().bootstrap(meetingPoint.addresses()));
        SimulatedNode other =
                simulation.add(NodePlan.member().bootstrap(one.addresses()).listener(new NodeListener() {
                    @Override
                    public void messageReceived(AgentId from, byte[] message) {
                        received.add(from + " " + new String(message, UTF_8));
                    }
                }));
        pass(Duration.ofSeconds(10));

        simulation.await(one.gossip().send(other.agentId(), "hi".getBytes(UTF_8)));
        pass(Duration.ofSeconds(1));

        assertThat(received).containsExactly(one.agentId() + " hi");
        assertThatThrownBy(() -> simulation.await(one.gossip().send(meetingPoint.agentId(), new byte[] {1})))
                .hasCauseInstanceOf(ProtocolRefusedException.class);
        other.crash();
        pass(Duration.ofSeconds(1));
        assertThatThrownBy(() -> simulation.await(one.gossip().send(other.agentId(), new byte[] {1})))
                .hasCauseInstanceOf(PeerUnreachableException.class);
    }

    @Test
    void sync_asked_endsAndBringsWhatIsMissing() {
        SimulatedNode one = simulation.add(NodePlan.member().timing(NO_ROUNDS));
        SimulatedNode other = simulation.add(NodePlan.member()
                .timing(NO_ROUNDS)
                .connections(ConnectionStrategies::none)
                .bootstrap(one.addresses()));
        pass(Duration.ofSeconds(5));
        other.failStorage(true);
        BlobHash hash = simulation.await(one.publish(blobs("missed"))).get(0).hash();
        pass(Duration.ofSeconds(5));
        other.failStorage(false);

        simulation.await(other.gossip().sync());

        pass(Duration.ofSeconds(1));
        assertThat(simulation.await(other.gossip().get(hash))).hasValue("missed".getBytes(UTF_8));
    }

    @Test
    void sync_heldEntryComesDueMeanwhile_answered() {
        SimulatedNode early = simulation.add(NodePlan.member().timing(NO_ROUNDS));
        early.stepClock(Duration.ofSeconds(62));
        simulation.await(early.publish(blobs("due during the session")));
        early.stepClock(Duration.ofMinutes(20));
        byte[] large = new byte[1_000_000];
        for (int i = 0; i < 12; i++) {
            large[0]++;
            simulation.await(early.publish(List.of(large.clone())));
        }
        simulation.network().faults(Faults.distance(Duration.ofSeconds(1), Duration.ZERO));
        List<AgentId> connected = new ArrayList<>();
        SimulatedNode honest = simulation.add(
                NodePlan.member().timing(NO_ROUNDS).bootstrap(early.addresses()).listener(new NodeListener() {
                    @Override
                    public void peerConnected(AgentId agent, boolean direct) {
                        connected.add(agent);
                    }
                }));
        assertThat(simulation.time().advanceUntil(() -> !connected.isEmpty(), Duration.ofMinutes(1)))
                .isTrue();

        simulation.await(honest.gossip().sync());

        pass(Duration.ofSeconds(1));
        assertThat(status(honest).entries()).isEqualTo(1);
        assertThat(status(honest).held()).isEqualTo(12);
    }

    @Test
    void entries_held_notSentAgainInEveryRound() {
        SimulatedNode early = simulation.add(NodePlan.member());
        SimulatedNode honest = simulation.add(NodePlan.member().bootstrap(early.addresses()));
        SimulatedNode other = simulation.add(NodePlan.member().bootstrap(early.addresses()));
        pass(Duration.ofSeconds(5));
        early.stepClock(Duration.ofMinutes(20));
        simulation.await(early.publish(List.of(new byte[1_000_000])));
        pass(Duration.ofSeconds(30));
        assertThat(status(honest).held()).isEqualTo(1);
        assertThat(status(other).held()).isEqualTo(1);
        long before = status(honest).bytesIn() + status(other).bytesIn();

        pass(Duration.ofMinutes(10));

        assertThat(status(honest).bytesIn() + status(other).bytesIn() - before).isLessThan(100_000);
        simulation.advanceUntilConverged(Duration.ofMinutes(20));
        simulation.checkInvariants();
    }

    @Test
    void hook_throwsAnError_othersAreIntegratedAndTold() {
        List<String> told = new ArrayList<>();
        SimulatedNode author = simulation.add(NodePlan.member());
        SimulatedNode picky = simulation.add(NodePlan.member()
                .bootstrap(author.addresses())
                .hooks(incoming -> {
                    if (new String(incoming.blob(), UTF_8).equals("bad")) {
                        throw new NoClassDefFoundError("from the test");
                    }
                    return IntegrationVerdict.ACCEPTED;
                })
                .listener(new NodeListener() {
                    @Override
                    public void integrated(Incoming incoming) {
                        told.add(new String(incoming.blob(), UTF_8));
                        throw new StackOverflowError("from the test");
                    }
                }));
        pass(Duration.ofSeconds(5));
        simulation.await(author.publish(blobs("bad")));
        simulation.await(author.publish(blobs("one", "two")));
        pass(Duration.ofSeconds(30));

        assertThat(told).containsExactly("one", "two");
        assertThat(status(picky).entries()).isEqualTo(2);
    }

    @Test
    void hook_rejects_neitherServedNorAskedForWithoutEnd() {
        SimulatedNode author = simulation.add(NodePlan.member().connections(ConnectionStrategies::none));
        SimulatedNode picky = simulation.add(NodePlan.member()
                .bootstrap(author.addresses())
                .connections(ConnectionStrategies::none)
                .hooks(incoming -> IntegrationVerdict.REJECTED));
        simulation.await(author.publish(List.of(new byte[100_000])));
        pass(Duration.ofSeconds(20));
        SimulatedNode third =
                simulation.add(NodePlan.member().bootstrap(picky.addresses()).connections(ConnectionStrategies::none));
        pass(Duration.ofSeconds(20));
        long before = status(author).bytesOut()
                + status(picky).bytesOut()
                + status(third).bytesOut();

        pass(Duration.ofMinutes(10));

        assertThat(status(picky).fingerprint()).isEqualTo(status(author).fingerprint());
        assertThat(status(third).entries()).isZero();
        // About two sessions a round that end at once, and cards.
        assertThat(status(author).bytesOut()
                        + status(picky).bytesOut()
                        + status(third).bytesOut()
                        - before)
                .isLessThan(150_000);
        // From a peer that kept it, it comes.
        simulation.await(third.gossip().connect(author.addresses().get(0)));
        pass(Duration.ofSeconds(20));
        assertThat(status(third).entries()).isEqualTo(1);
    }

    @Test
    void block_moreThanCanBeRemembered_failsInsteadOfNoAnswer() {
        SimulatedNode node = simulation.add(NodePlan.member());
        for (int i = 0; i < AccessHandshake.MAX_BLOCKED_AGENTS; i++) {
            simulation.await(node.gossip().block(agent(i), ""));
        }
        assertThatThrownBy(() -> simulation.await(node.gossip().block(agent(-1), "")))
                .hasCauseInstanceOf(LimitExceededException.class);
        simulation.await(node.gossip().block(agent(1), ""));
    }

    private static AgentId agent(int number) {
        return AgentId.of(ByteBuffer.allocate(32).putInt(number).array());
    }

    private List<SimulatedNode> members(int count) {
        List<SimulatedNode> nodes = new ArrayList<>();
        nodes.add(simulation.add(NodePlan.member()));
        while (nodes.size() < count) {
            nodes.add(simulation.add(NodePlan.member().bootstrap(nodes.get(0).addresses())));
        }
        pass(Duration.ofSeconds(10));
        return nodes;
    }

    private void pass(Duration duration) {
        simulation.time().advance(duration);
    }

    private NodeStatus status(SimulatedNode node) {
        return simulation.await(node.gossip().status());
    }

    private static List<byte[]> blobs(String... texts) {
        List<byte[]> blobs = new ArrayList<>();
        for (String text : texts) {
            blobs.add(text.getBytes(UTF_8));
        }
        return blobs;
    }
}
