//! Where the boxes of a picture stand: in layers, from left to right.
//!
//! A library makes the layers. It is asked twice: the second time, links that pass layers have a joint in each, so that they
//! keep clear of the boxes there.

use std::collections::BTreeMap;

use rust_sugiyama::configure::{Config, RankingType};
use rust_sugiyama::from_vertices_and_edges;

/// Between boxes of a layer, and between layers.
const GAP: f64 = 26.0;
const LAYER_GAP: f64 = 48.0;
/// The height of a joint.
const JOINT: f64 = 6.0;

/// A line from a box to another one.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) is_loose: bool,
}

/// A box with its upper left corner.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Place {
    fn middle(&self) -> f64 {
        self.y + self.height / 2.0
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// Boxes with their places, links with the points that they go through.
#[derive(Debug)]
pub(super) struct Layers {
    pub(super) places: Vec<Place>,
    pub(super) routes: Vec<Vec<Point>>,
    pub(super) size: (f64, f64),
}

/// The middle of each box, layers downwards, as the library has it.
struct Laid {
    /// Layer and place in it, by box.
    centers: Vec<(usize, f64)>,
}

impl Layers {
    /// Boxes of these sizes, linked like that. No link leads from a box to itself.
    pub(super) fn of(sizes: &[(f64, f64)], links: &[Link]) -> Self {
        let heights: Vec<f64> = sizes.iter().map(|&(_, height)| height).collect();
        let direct: Vec<(usize, usize)> = links.iter().map(|link| (link.from, link.to)).collect();
        let first = lay(&heights, &without_circles(heights.len(), &direct));
        let mut jointed = Jointed { heights, ends: Vec::new(), chains: Vec::new() };
        for &(from, to) in &direct {
            jointed.link(from, to, &first);
        }
        let laid = lay(&jointed.heights, &jointed.ends);
        place(sizes, &jointed, &laid)
    }
}

/// The links as the library gets them: those that close a circle turned round, each once. The walk begins at the first
/// boxes, which are the sources, so that events flow to the right as far as they can.
fn without_circles(boxes: usize, links: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let (mut is_known, mut is_open) = (vec![false; boxes], vec![false; boxes]);
    let mut turned = links.to_vec();
    for root in 0..boxes {
        let mut way = Vec::new();
        if !is_known[root] {
            way.push((root, 0));
        }
        while let Some((at, next)) = way.last_mut() {
            let at = *at;
            (is_known[at], is_open[at]) = (true, true);
            let Some(ahead) = links[*next..].iter().position(|&(from, _)| from == at) else {
                is_open[at] = false;
                way.pop();
                continue;
            };
            let link = *next + ahead;
            *next = link + 1;
            let to = links[link].1;
            if is_open[to] {
                turned[link] = (to, at);
            } else if !is_known[to] {
                way.push((to, 0));
            }
        }
    }
    turned.sort_unstable();
    turned.dedup();
    turned
}

/// Boxes and joints.
struct Jointed {
    heights: Vec<f64>,
    ends: Vec<(usize, usize)>,
    /// For each link the boxes and joints it goes through, the way it points.
    chains: Vec<Vec<usize>>,
}

impl Jointed {
    /// Puts joints into the layers that a link passes. All its parts go to the right, as the library wants them.
    fn link(&mut self, from: usize, to: usize, laid: &Laid) {
        let (left, right) = if laid.centers[from].0 <= laid.centers[to].0 { (from, to) } else { (to, from) };
        let passed = laid.centers[right].0.saturating_sub(laid.centers[left].0 + 1);
        let mut chain = vec![left];
        for _ in 0..passed {
            self.heights.push(JOINT);
            chain.push(self.heights.len() - 1);
        }
        chain.push(right);
        for pair in chain.windows(2) {
            if !self.ends.contains(&(pair[0], pair[1])) {
                self.ends.push((pair[0], pair[1]));
            }
        }
        if left != from {
            chain.reverse();
        }
        self.chains.push(chain);
    }
}

/// Asks the library, which knows layers from above to below.
fn lay(heights: &[f64], ends: &[(usize, usize)]) -> Laid {
    let vertices: Vec<(u32, (f64, f64))> =
        heights.iter().enumerate().map(|(index, &height)| (index as u32, (height, 1.0))).collect();
    let ends: Vec<(u32, u32)> = ends.iter().map(|&(from, to)| (from as u32, to as u32)).collect();
    // With `MinimizeEdgeLength`, the default, some graphs with cycles take it forever.
    let config = Config { vertex_spacing: GAP, ranking_type: RankingType::Up, ..Config::default() };
    let mut parts = from_vertices_and_edges(&vertices, &ends, &config);
    // By the first box in each.
    let first = |part: &[(usize, (f64, f64))]| part.iter().map(|&(index, _)| index).min();
    parts.sort_by_key(|(part, ..)| first(part));
    let mut centers = vec![(0, 0.0); heights.len()];
    let mut below = 0.0;
    for (part, ..) in &parts {
        let upper = |&(index, (x, _)): &(usize, (f64, f64))| x - heights[index] / 2.0;
        let lower = |&(index, (x, _)): &(usize, (f64, f64))| x + heights[index] / 2.0;
        let top = part.iter().map(upper).fold(f64::INFINITY, f64::min);
        let bottom = part.iter().map(lower).fold(f64::NEG_INFINITY, f64::max);
        let mut depths: Vec<f64> = part.iter().map(|&(_, (_, y))| y).collect();
        depths.sort_by(f64::total_cmp);
        depths.dedup();
        for &(index, (x, y)) in part {
            let layer = depths.iter().position(|&depth| depth == y).unwrap_or(0);
            centers[index] = (layer, below + x - top);
        }
        below += bottom - top + GAP;
    }
    Laid { centers }
}

fn place(sizes: &[(f64, f64)], jointed: &Jointed, laid: &Laid) -> Layers {
    // Each layer is as wide as its widest box.
    let mut widths: BTreeMap<usize, f64> = BTreeMap::new();
    for (index, &(layer, _)) in laid.centers.iter().enumerate() {
        let width = sizes.get(index).map_or(0.0, |&(width, _)| width);
        let widest = widths.entry(layer).or_default();
        *widest = widest.max(width);
    }
    let mut lefts: BTreeMap<usize, f64> = BTreeMap::new();
    let mut left = 0.0;
    for (&layer, width) in &widths {
        lefts.insert(layer, left);
        left += width + LAYER_GAP;
    }
    let all: Vec<Place> = laid
        .centers
        .iter()
        .enumerate()
        .map(|(index, &(layer, center))| {
            let height = jointed.heights[index];
            let wide = widths[&layer];
            // A joint is as wide as its layer: the link passes it level.
            let width = sizes.get(index).map_or(wide, |&(width, _)| width);
            Place { x: lefts[&layer] + (wide - width) / 2.0, y: center - height / 2.0, width, height }
        })
        .collect();
    let bottom = all.iter().map(|place| place.y + place.height).fold(0.0, f64::max);
    let lanes: Vec<(f64, f64)> =
        laid.centers.iter().map(|(layer, _)| (lefts[layer], lefts[layer] + widths[layer])).collect();
    let routes = routes(sizes.len(), jointed, &all, &lanes);
    Layers { places: all[..sizes.len()].to_vec(), routes, size: ((left - LAYER_GAP).max(0.0), bottom) }
}

/// The points of each link. Those at one side of a box stand in the order of where they lead. Within a layer, from edge to
/// edge, links are level, so that they stay clear of wider boxes.
fn routes(boxes: usize, jointed: &Jointed, all: &[Place], lanes: &[(f64, f64)]) -> Vec<Vec<Point>> {
    /// The height of the next one on the way, the link, and whether it begins here.
    type Port = (f64, usize, bool);
    // By box and side.
    let mut sides: BTreeMap<(usize, bool), Vec<Port>> = BTreeMap::new();
    for (link, chain) in jointed.chains.iter().enumerate() {
        let ends = [(chain[0], chain[1], true), (chain[chain.len() - 1], chain[chain.len() - 2], false)];
        for (end, next, begins) in ends {
            let is_right = all[next].x >= all[end].x;
            sides.entry((end, is_right)).or_default().push((all[next].middle(), link, begins));
        }
    }
    // At the box, and at the edge of its layer.
    let mut ports: BTreeMap<(usize, bool), [Point; 2]> = BTreeMap::new();
    for (&(end, is_right), ports_here) in &mut sides {
        ports_here.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let place = all[end];
        let step = place.height / (ports_here.len() + 1) as f64;
        for (index, &(_, link, begins)) in ports_here.iter().enumerate() {
            let y = place.y + step * (index + 1) as f64;
            let (x, edge) =
                if is_right { (place.x + place.width, lanes[end].1) } else { (place.x, lanes[end].0) };
            ports.insert((link, begins), [Point { x, y }, Point { x: edge, y }]);
        }
    }
    let through = |chain: &[usize], joint: usize| {
        let place = all[joint];
        let goes_right = all[chain[0]].x < all[chain[chain.len() - 1]].x;
        let (left, right) = (place.x, place.x + place.width);
        let (into, out) = if goes_right { (left, right) } else { (right, left) };
        [Point { x: into, y: place.middle() }, Point { x: out, y: place.middle() }]
    };
    let chains = jointed.chains.iter().enumerate();
    chains
        .map(|(link, chain)| {
            let joints = chain.iter().copied().filter(|&index| index >= boxes);
            let mut points = ports[&(link, true)].to_vec();
            points.extend(joints.flat_map(|joint| through(chain, joint)));
            points.extend(ports[&(link, false)].iter().rev());
            points.dedup_by(|a, b| (a.x - b.x).abs() < 0.1 && (a.y - b.y).abs() < 0.1);
            points
        })
        .collect()
}
