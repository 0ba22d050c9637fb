use tokio::task::JoinSet;

use super::*;

#[derive(Clone)]
struct Lab {
    limit: Arc<Limit>,
    conduct: Conduct,
    told: Arc<Mutex<Vec<(u64, String)>>>,
}

fn lab(per_second: Option<f64>, at_once: Option<u32>) -> Lab {
    let told: Arc<Mutex<Vec<(u64, String)>>> = Arc::default();
    let listener = Arc::clone(&told);
    let conduct = Conduct {
        tell: Some(Arc::new(move |note| {
            if let Note::Waiting { wait_ms, reason } = note {
                lock(&listener).push((wait_ms, reason));
            }
        })),
        ..Conduct::default()
    };
    let spec = LimitSpec { per_second, at_once, ..LimitSpec::default() };
    Lab { limit: Arc::new(Limit::new("the shop", &spec)), conduct, told }
}

impl Lab {
    async fn enter(&self) -> Permit {
        self.limit.enter(&self.conduct, &CancellationToken::new()).await.unwrap()
    }

    async fn call(&self, status: u16, headers: &[(&'static str, &str)]) {
        let mut permit = self.enter().await;
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        permit.answered(status, &map, 0);
    }

    fn told(&self) -> Vec<(u64, String)> {
        std::mem::take(&mut *lock(&self.told))
    }
}

/// Starts something whose end the test waits for.
#[expect(clippy::disallowed_methods, reason = "its handle is waited for")]
fn start<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> tokio::task::JoinHandle<T> {
    tokio::spawn(work)
}

async fn soon() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn without_limits_nothing_waits() {
    let lab = lab(None, None);
    let began = Instant::now();
    for _ in 0..1_000 {
        lab.call(200, &[]).await;
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(lab.told(), []);
}

#[tokio::test(start_paused = true)]
async fn calls_leave_in_the_order_in_which_they_came() {
    let lab = lab(Some(10.0), None);
    let mut tasks = JoinSet::new();
    let order: Arc<Mutex<Vec<usize>>> = Arc::default();
    for n in 0..20 {
        let (lab, order) = (lab.clone(), Arc::clone(&order));
        tasks.spawn(async move {
            lab.enter().await;
            lock(&order).push(n);
        });
        soon().await;
    }
    tasks.join_all().await;
    assert_eq!(*lock(&order), (0..20).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn each_longer_wait_is_told_with_its_reason() {
    let lab = lab(Some(10.0), None);
    let mut tasks = JoinSet::new();
    for _ in 0..4 {
        let lab = lab.clone();
        tasks.spawn(async move { drop(lab.enter().await) });
        soon().await;
    }
    tasks.join_all().await;
    let told = lab.told();
    assert!(told.iter().all(|(_, reason)| reason == "its limit of 10 calls per second"));
    let waits: Vec<_> = told.iter().map(|(wait, _)| *wait).collect();
    // Each knows how many stand before it.
    assert_eq!(waits, [99, 198, 297]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_stopped_gives_its_turn_to_the_next() {
    let lab = lab(Some(1.0), None);
    let began = Instant::now();
    drop(lab.enter().await);
    let cancel = CancellationToken::new();
    let stopped = {
        let (lab, cancel) = (lab.clone(), cancel.clone());
        start(async move { lab.limit.enter(&lab.conduct, &cancel).await.map(drop) })
    };
    soon().await;
    let next = {
        let lab = lab.clone();
        start(async move { drop(lab.enter().await) })
    };
    soon().await;
    cancel.cancel();
    assert_eq!(stopped.await.unwrap(), Err(Kind::Cancelled));
    assert!(began.elapsed() < Duration::from_millis(100));
    next.await.unwrap();
    assert!(began.elapsed() < Duration::from_millis(1_100));
}

#[tokio::test(start_paused = true)]
async fn so_many_calls_at_once_as_are_allowed() {
    let lab = lab(None, Some(2));
    let (first, _second) = (lab.enter().await, lab.enter().await);
    let third = {
        let lab = lab.clone();
        start(async move { drop(lab.enter().await) })
    };
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!third.is_finished());
    assert_eq!(lab.told()[0].1, "2 calls at once are allowed");
    assert_eq!(lab.limit.health().waiting, 1);
    drop(first);
    third.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_reads_on_gives_its_place_away() {
    let lab = lab(None, Some(1));
    let began = Instant::now();
    let first = lab.enter().await;
    first.reading(false);
    drop(lab.enter().await);
    assert!((5..8).contains(&began.elapsed().as_secs()));
    first.reading(true);
    drop(first);
    // A place is never given twice.
    let _second = lab.enter().await;
    let waits = tokio::time::timeout(Duration::from_mins(1), lab.enter()).await;
    assert!(waits.is_err());
}

#[tokio::test(start_paused = true)]
async fn what_the_system_asks_for_holds_all_flows_back() {
    for (status, header, value, wait_s) in [
        (429, "retry-after", "7", 7),
        (503, "retry-after", "Thu, 01 Jan 1970 00:00:09 GMT", 9),
        (403, "retry-after", "2", 2),
        (200, "retry-after", "5", 0),
        (429, "retry-after", "soon", 0),
        (429, "retry-after", "9999999", 3_600),
    ] {
        let lab = lab(None, None);
        lab.call(status, &[(header, value)]).await;
        let began = Instant::now();
        let (one, two) = (lab.clone(), lab.clone());
        tokio::join!(async { drop(one.enter().await) }, async { drop(two.enter().await) });
        assert_eq!(began.elapsed().as_secs(), wait_s, "{value}");
        let told = lab.told();
        assert_eq!(told.len(), if wait_s == 0 { 0 } else { 2 });
        assert!(
            told.iter()
                .all(|told| *told == (wait_s * 1_000, "the shop said Retry-After".to_owned()))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_names_only_its_new_beginning_is_a_pause_too() {
    let lab = lab(None, None);
    let (l, r) = ("x-ratelimit-remaining", "x-ratelimit-reset");
    lab.call(429, &[(l, "0"), (r, "4")]).await;
    let began = Instant::now();
    drop(lab.enter().await);
    assert_eq!(began.elapsed().as_secs(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_is_used_and_the_rest_waits() {
    let lab = lab(None, None);
    let (l, r) = ("x-ratelimit-remaining", "x-ratelimit-reset");
    lab.call(200, &[("x-ratelimit-limit", "10"), (l, "3"), (r, "30")]).await;
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..5 {
        let lab = lab.clone();
        tasks.spawn(async move {
            drop(lab.enter().await);
            Instant::now()
        });
    }
    let mut left = tasks.join_all().await;
    left.sort();
    let left: Vec<_> = left.iter().map(|at| (*at - began).as_secs()).collect();
    assert_eq!(left, [0, 0, 0, 30, 30]);
    assert!(lab.told().iter().any(|(_, why)| why == "it said that its 10 calls are used up"));
}

#[tokio::test(start_paused = true)]
async fn what_the_system_says_is_not_kept_to_where_that_is_switched_off() {
    let mut lab = lab(None, None);
    let spec = LimitSpec { learn: false, ..LimitSpec::default() };
    lab.limit = Arc::new(Limit::new("the shop", &spec));
    lab.call(429, &[("retry-after", "60")]).await;
    let began = Instant::now();
    lab.enter().await;
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn a_virtual_time_jumps_and_disturbs_no_live_one() {
    let mut lab = lab(Some(0.01), None);
    lab.conduct.clock = Clock::jumping();
    let (real, began) = (std::time::Instant::now(), lab.conduct.clock.now());
    lab.call(429, &[("retry-after", "3000")]).await;
    for _ in 0..20 {
        lab.call(200, &[]).await;
    }
    assert!(lab.conduct.clock.now() - began >= Duration::from_secs(3_000 + 19 * 100));
    assert!(real.elapsed() < Duration::from_secs(30));
    lab.conduct.clock = Clock::Real;
    assert_eq!(lab.limit.health(), LimitHealth::default());
    lab.enter().await;
}
